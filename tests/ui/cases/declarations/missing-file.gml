use visits.{sessionize}

pipeline show { expect 1 == 1 }
