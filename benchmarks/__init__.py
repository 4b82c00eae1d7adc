"""What `heinit bench` measures: a module each, with a `main()`."""
