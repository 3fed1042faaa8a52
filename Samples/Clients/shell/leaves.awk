# Of each line "SUB VERSION" what its leaf is worked out from: the id, and the statement that names the version, in hexadecimal
# (json.awk, which is read first).
{
    print hex($1)
    print hex("{\"version\":\"" $2 "\"}")
}
