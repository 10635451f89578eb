"""What `tenfour explain` does: the readings of one engineer and week, traced to their rows. It writes nothing."""
