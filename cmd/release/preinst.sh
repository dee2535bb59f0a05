#!/bin/sh
# Refuses to install over a file of the installed package that was edited: dpkg would replace it
# without a word.
set -e

sums=/var/lib/dpkg/info/mirrorgen.md5sums
if [ "$1" != upgrade ] || ! [ -e "$sums" ]; then
  exit 0
fi
edited=$(cd / && LC_ALL=C md5sum --check "$sums" 2>/dev/null | sed -n 's|^\(.*\): FAILED$|  /\1|p')
if [ -n "$edited" ]; then
  {
    echo "mirrorgen: files of the package were edited since they were installed; nothing was replaced"
    echo "$edited"
    echo "Move them away to keep them, and install again"
  } >&2
  exit 1
fi
