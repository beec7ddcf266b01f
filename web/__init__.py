"""What the sites share: the frame in which every page answers, its look, and who is logged in."""
