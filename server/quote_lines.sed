# Lines of a file to elements of a C array of strings.
s/[\\"]/\\&/g
s/^ */"/
s/$/",/
