# Shared by the scripts: where the project is, its own Node, and where downloaded programs are kept.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
cd "$root"
export PATH="$root/node_modules/node/bin:$root/node_modules/.bin:$PATH"
# Programs and images that are not the project's own: outside the checkout, shared by all checkouts of the machine.
cache=${NODELET_CACHE:-/var/cache/nodelet}
prefix=$cache/prefix

say() {
  if [ -t 2 ]; then printf '\033[1m==>\033[0m %s\n' "$*" >&2; else printf '==> %s\n' "$*" >&2; fi
}

# fail WHAT REMEDY: ends the script with what is wrong and what to do about it.
fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  if [ $# -gt 1 ]; then printf '  %s\n' "${@:2}" >&2; fi
  exit 1
}
