#!/bin/sh
# lazaret reference-transaction hook, version 1.
# Refuses a protected branch that would gain a change held in quarantine: by commit id (merge, fast-forward, push) or by
# stable patch-id (cherry-pick, rebase, squash). Needs sh and git only. Remove this file to switch it off.

[ "$1" = prepared ] || exit 0
common=$(git rev-parse --git-common-dir) || exit 1
deny=$common/lazaret/deny
[ -s "$deny" ] || exit 0

ids=
patches=
while read -r state commit patch case; do
    [ "$state" = denied ] || continue
    ids="$ids $commit=$case"
    [ "$patch" = - ] || patches="$patches $patch=$case"
done <"$deny"
[ -n "$ids" ] || exit 0

patterns=$(cat "$common/lazaret/protected" 2>/dev/null) || patterns='refs/heads/main
refs/heads/master'

# Whether the branch $1 is protected.
protected() {
    while read -r pattern; do
        case $pattern in '' | '#'*) continue ;; esac
        # The pattern is meant to be one.
        # shellcheck disable=SC2254
        case $1 in $pattern) return 0 ;; esac
    done <<PATTERNS
$patterns
PATTERNS
    return 1
}

# The case behind "$1=" in the list $2.
case_of() {
    rest=${2#* "$1="}
    echo "${rest%% *}"
}

refuse() {
    {
        echo "lazaret: $1 would gain $2, which is held in quarantine under case $3 ($4)."
        echo "lazaret: to let it in, release it first: lazaret release $3"
    } >&2
    exit 1
}

# What the branches that are protected already have, for one that is new.
known() {
    git for-each-ref --format='%(refname)' refs/heads | while read -r name; do
        [ "$name" != "$1" ] && protected "$name" && echo "^$name"
    done
}

# Looks at every commit of the range "$@" behind the branch $name.
look() {
    git rev-list "$@" >/dev/null </dev/null || { echo "lazaret: cannot read what $name would gain" >&2; exit 1; }
    hit=$(git rev-list "$@" </dev/null | while read -r commit; do
        case "$ids " in *" $commit="*) echo "$commit"; break ;; esac
    done)
    [ -z "$hit" ] || refuse "$name" "$hit" "$(case_of "$hit" "$ids ")" 'the same commit'
    [ -n "$patches" ] || return 0
    hit=$(git rev-list --no-merges "$@" </dev/null |
        git -c core.quotePath=true -c diff.indentHeuristic=true -c diff.suppressBlankEmpty=false \
            diff-tree --stdin --root -r -p -U3 --no-renames --text --full-index --no-ext-diff --no-textconv --no-color \
            --diff-algorithm=myers --ignore-submodules=none --src-prefix=a/ --dst-prefix=b/ |
        git patch-id --stable | while read -r patch commit; do
        case "$patches " in *" $patch="*) echo "$patch $commit"; break ;; esac
    done)
    [ -z "$hit" ] || refuse "$name" "${hit#* }" "$(case_of "${hit%% *}" "$patches ")" 'the same patch'
}

while read -r old new name; do
    case $name in refs/heads/*) ;; *) continue ;; esac
    case $new in ref:*) continue ;; *[!0]*) ;; *) continue ;; esac
    protected "$name" || continue
    # An old value of zeros also stands for "whatever it is".
    case $old in ref:*) old= ;; *[!0]*) ;; *) old=$(git rev-parse --verify --quiet "$name^0" </dev/null) ;; esac
    if [ -n "$old" ]; then
        look "$new" "^$old"
    else
        # Names of branches have no white space.
        # shellcheck disable=SC2046
        look "$new" $(known "$name" </dev/null)
    fi
done
exit 0
