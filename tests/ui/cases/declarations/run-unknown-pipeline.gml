pipeline one { run two() }
