"""What every start of Python in the sandbox sets up."""
