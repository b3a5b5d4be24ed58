param limit: int = 1

env cloud extends bass { limit = 2 }

pipeline show { expect limit == 1 }
