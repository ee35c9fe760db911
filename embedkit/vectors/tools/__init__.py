"""What can be done with a vector file besides looking words up."""
