"""What a lesson computes and draws, where it would make a notebook cell too long."""
