pipeline one { run one() }
