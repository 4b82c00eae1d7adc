"""The numbers of the lessons' prose: where each stands, what makes it, and what other seeds make of it.

Each lesson has a table, `LESSON.toml`, with a section for each text cell that prints numbers:

    [read-coins]                    # the text cell
    run = ["coin-layers"]           # the lesson's own cells, run before anything is measured
    exact = [["of «4» units one layer in eight", "log2(8) + 1"]]
    here = [["The first layer has «116» zeros", "zeros[0]"]]
    range = [["«128» on average", "mean(zeros)"]]

`names`, at the top of a table, is Python that its expressions use; `cited` and `setting`, in a section, are
words whose numbers are a paper's, or say how an experiment was set up.

A row begins with words of the cell, which stand in the cell once. The numbers between « and » are what is
measured; where no number is marked, all are. Then comes an expression over the names that the cells leave
behind. A third entry says how the numbers a, b, c ... bound the measured values v, w, x ...; without that
entry, each value is its number to the digits printed, and a single value lies between two numbers.

exact  the same whatever the seed
here   true of the lesson's own seeds, and the paragraph says so
range  true of the lesson's own seeds, and of 19 in 20 others

`cells.py` runs cells, with the lesson's seeds or with all seeds moved. `table.py` reads the tables and finds
the numbers of the prose, `numerals.py` reads a number as it is printed, and `measure.py` gives verdicts.
`values.json` keeps what these and twenty sets of other seeds made of rows, by `heinit bench claims --write`;
`races.json` keeps races of twenty other seeds, by `heinit bench replication --others --write`.
"""
