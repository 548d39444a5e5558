"""What people run that is neither a lesson nor a test: stored outputs, README, benchmark."""
