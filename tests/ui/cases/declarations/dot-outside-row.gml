pipeline show { expect .price > 1.0 }
