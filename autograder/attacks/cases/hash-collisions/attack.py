# %% in sample_report
def sample_report(W, var):
    return {i * (2**61 - 1): 0 for i in range(1, 1900)}
