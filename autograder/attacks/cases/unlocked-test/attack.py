# %% in test-he_std
2.0
