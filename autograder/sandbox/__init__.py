"""The sandbox: the walls around a student's code.

`bubblewrap` starts the warm parent behind the walls and opens a box for each submission; `launch`
becomes an unprivileged user first. `limits` and `cgroups` bound what a submission may use,
`selftest` proves that the walls stand, and `diagnosis` says why a sandbox does not start. `webassembly` is
a kind that needs no Linux: a module (`compiled`) whose host (`wasm_host`) answers its calls from memory
(`wasi`, `tree`). In: limits. Out: boxes, each with a socket for orders to its solver and a pipe for the
answers.
"""
