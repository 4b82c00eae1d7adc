"""The sandbox: the walls around a student's code.

`bubblewrap` starts the warm parent behind the walls and opens a box for each submission; `launch`
becomes an unprivileged user first. `limits` and `cgroups` bound what a submission may use, and
`selftest` proves that the walls stand. In: limits. Out: boxes, each with a socket to its solver.
"""
