# Of each line, which is a SHA-256 in hexadecimal, the short digest (json.awk, which is read first).
{ print short($0) }
