#!/bin/sh
# Refuses to install over a file of the installed package that was edited: dpkg and rpm would
# replace it without a word. dpkg says "upgrade" of that, and rpm how many packages there will be.
set -e

case $1 in
  upgrade) sums=/var/lib/dpkg/info/mirrorgen.md5sums ;;
  2) sums=/usr/share/doc/mirrorgen/md5sums ;;
  *) exit 0 ;;
esac
[ -e "$sums" ] || exit 0
edited=$(cd / && LC_ALL=C md5sum --check "$sums" 2>/dev/null | sed -n 's|^\(.*\): FAILED$|  /\1|p')
if [ -n "$edited" ]; then
  {
    echo "mirrorgen: files of the package were edited since they were installed; nothing was replaced"
    echo "$edited"
    echo "Move them away to keep them, and install again"
  } >&2
  exit 1
fi
