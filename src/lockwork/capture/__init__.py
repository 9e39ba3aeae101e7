"""Known values out of what steps print: the forms they take, the scrubber, and the process that masks."""
