// The guard: a few lines of sh that end the fleet when the agent is gone, whatever ended the agent.
//
//   agent ──pipe──▶ guard's stdin        "add <pid>" by each service itself, before it becomes the service
//     ╳ (kill -9)                        "del <pid>" by the agent, once the whole group is gone
//   end of file ──▶ TERM, CONT, wait up to half a second, KILL to each group that is still ours
//
// sh and not Node, because it needs 1 MB instead of 40 and is there in a millisecond. It must work in
// dash, bash and the sh of macOS. `read` is a builtin, so the guard forks nothing while all is well.

export const guardScript = `
trap '' INT HUP TERM
started() {
  if [ -d /proc/self ]; then
    read -r stat 2>/dev/null <"/proc/$1/stat" || return 0
    set -- \${stat##*) }
    echo "\${20}"
  else
    ps -o lstart= -p "$1" 2>/dev/null
  fi
}
fleet=
while read -r verb pid; do
  case $pid in '' | *[!0-9]*) continue ;; esac
  case $verb in
    add) fleet="$fleet $pid=$(started "$pid" | tr -d ' ')" ;;
    del) kept=; for entry in $fleet; do [ "\${entry%%=*}" = "$pid" ] || kept="$kept $entry"; done; fleet=$kept ;;
  esac
done
ours() {
  pid=\${1%%=*}
  now=$(started "$pid" | tr -d ' ')
  { [ -z "$now" ] || [ "$now" = "\${1#*=}" ]; } && kill -s 0 -- "-$pid" 2>/dev/null
}
send() {
  left=
  for entry in $fleet; do ours "$entry" && { left="$left $entry"; kill -s "$1" -- "-\${entry%%=*}" 2>/dev/null; }; done
  fleet=$left
}
send TERM
send CONT
for turn in 1 2 3 4 5; do
  [ -n "$fleet" ] || exit 0
  sleep 0.1
  send 0
done
send KILL
`
