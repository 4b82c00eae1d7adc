"""Each mistake once more, in another hand: loops, lists, other functions of NumPy, other detours."""
