"""The real servers that tests run on: started when the first test asks, ended with the run."""
