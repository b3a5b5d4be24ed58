import pandas as pd

pipeline show { expect 1 == 1 }
