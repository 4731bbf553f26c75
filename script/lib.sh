# Shared by the scripts: where the project is, and its own Node.
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
export PATH="$root/node_modules/node/bin:$root/node_modules/.bin:$PATH"
say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }
