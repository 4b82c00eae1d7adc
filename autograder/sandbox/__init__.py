"""The walls around a student's code: bubblewrap, limits, and the self-test that the walls stand."""
