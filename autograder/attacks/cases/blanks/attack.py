# %% end
@blanks@0
# %% end
@blanks@1
# %% end
@blanks@2
# %% end
@blanks@3
# %% end
@blanks@4
# %% end
@blanks@5
# %% end
@blanks@6
# %% end
@blanks@7
# %% end
@blanks@8
# %% end
@blanks@9
# %% end
@blanks@10
# %% end
@blanks@11
