# What a user_data asks for inside a server, for any shell of POSIX: it needs cat, mkdir, chmod, chown and cp beside it, and
# for passwords chpasswd or mkpasswd. A busybox has that, and so has every distribution. Functions in ( ) keep their variables.

say() { printf '%s\n' "nova-docker: $*"; }

# To whoever listens now, and to whoever asks later.
note() {
    printf '@ %s\n' "$*" >>"$d/report"
    printf '@ %s\n' "$*" >&3
}

# NAME CODE
ended() {
    [ "$2" = 0 ] || say "$1 exited with $2"
    note "$1 $2"
}

# NAME LOOKED_FOR COMMAND...: the interpreter is in the server, or a shell does.
script() {
    name=$1 program=$2
    shift 2
    if [ -n "$program" ] && ! command -v "$program" >/dev/null 2>&1; then
        say "$name is run by $shell: there is no $program here"
        program=
    fi
    if [ -n "$program" ]; then
        "$@" 3>&-
    else
        for last; do :; done
        "$shell" "$last" 3>&-
    fi
    ended "$name" "$?"
}

# FILE LINE: puts it at the end, whatever the end was.
append() (
    held=$(cat "$1" 2>/dev/null)
    printf '%s\n' "${held:+$held
}$2" >"$1"
)

# NAME FILE: prints the line that begins with the name and a colon.
line_of() (
    [ -f "$2" ] || return 1
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in "$1:"*)
            printf '%s\n' "$line"
            return 0
            ;;
        esac
    done <"$2"
    return 1
)

# FILE NAME NUMBER VALUE: puts the value into that field of the name's line.
change() (
    line_of "$2" "$1" >/dev/null || return 1
    out=
    while IFS= read -r line || [ -n "$line" ]; do
        case $line in "$2:"*)
            before= rest=$line number=1
            while [ "$number" -lt "$3" ]; do
                before=$before${rest%%:*}:
                rest=${rest#*:}
                number=$((number + 1))
            done
            case $rest in
                *:*) line=$before$4:${rest#*:} ;;
                *) line=$before$4 ;;
            esac
            ;;
        esac
        out="$out$line
"
    done <"$1"
    printf '%s' "$out" >"$1"
)

# NAME: prints number, group and home of a user, with colons between.
identity() (
    line=$(line_of "$1" /etc/passwd) || {
        [ "$1" = root ] || return 1
        line=root:x:0:0::/root:
    }
    set -f
    IFS=:
    # shellcheck disable=SC2086 # into its fields
    set -- $line
    printf '%s\n' "$3:$4:$6"
)

# FILE: prints the third fields.
numbers() (
    [ -f "$1" ] || return 0
    while IFS=: read -r _ _ number _ || [ -n "$number" ]; do
        printf '%s:' "$number"
    done <"$1"
)

# FIRST: prints a number that is no user's and no group's.
free_number() (
    number=$1
    taken=:$(numbers /etc/passwd)$(numbers /etc/group)
    while :; do
        case $taken in
            *":$number:"*) number=$((number + 1)) ;;
            *) break ;;
        esac
    done
    printf '%s\n' "$number"
)

# NAME [NUMBER]: fine if it is there.
group() (
    line_of "$1" /etc/group >/dev/null && return 0
    append /etc/group "$1:x:${2:-$(free_number 1000)}:" || return 1
    [ ! -f /etc/gshadow ] || append /etc/gshadow "$1:!::"
)

# GROUP USER: fine if the user is in it.
join() (
    line=$(line_of "$1" /etc/group) || return 1
    members=${line##*:}
    case ,$members, in *",$2,"*) return 0 ;; esac
    members=${members:+$members,}$2
    change /etc/group "$1" 4 "$members" || return 1
    line_of "$1" /etc/gshadow >/dev/null || return 0
    change /etc/gshadow "$1" 4 "$members"
)

# NAME NUMBER GROUP HOME SHELL GECOS FIRST MAKE_HOME: nobody gets in with a password; fine if it is there.
user() (
    if line_of "$1" /etc/passwd >/dev/null; then
        say "the user $1 is there already"
        return 0
    fi
    number=${2:-$(free_number "$7")}
    own=$(line_of "$3" /etc/group) || {
        case :$(numbers /etc/group) in
            *":$number:"*) group "$3" ;;
            *) group "$3" "$number" ;;
        esac || return 1
        own=$(line_of "$3" /etc/group) || return 1
    }
    own=${own#*:*:}
    own=${own%%:*}
    secret='!'
    if [ -f /etc/shadow ]; then
        now=$(date +%s 2>/dev/null)
        append /etc/shadow "$1:!:${now:+$((now / 86400))}:0:99999:7:::" || return 1
        secret=x
    fi
    append /etc/passwd "$1:$secret:$number:$own:$6:$4:$5" || return 1
    [ "$8" = yes ] && [ ! -d "$4" ] || return 0
    mkdir -p "$4" || return 1
    if [ -d /etc/skel ]; then
        cp -R /etc/skel/. "$4" || return 1
    fi
    chmod 750 "$4" && chown -R "$number:$own" "$4"
)

# USER HASH
hash() (
    change /etc/shadow "$1" 2 "$2" 2>/dev/null || change /etc/passwd "$1" 2 "$2" || {
        say "there is no user $1"
        return 1
    }
)

# USER: no password lets in, whatever it is.
lock() (
    for file in /etc/shadow /etc/passwd; do
        line=$(line_of "$1" "$file") || continue
        held=${line#*:}
        held=${held%%:*}
        case $held in '!'*) return 0 ;; esac
        change "$file" "$1" 2 "!$held"
        return
    done
    return 1
)

# USER PASSWORD: it stands in no command line.
password() (
    if command -v chpasswd >/dev/null 2>&1; then
        printf '%s:%s\n' "$1" "$2" | chpasswd
        return
    fi
    for maker in cryptpw mkpasswd; do
        command -v "$maker" >/dev/null 2>&1 || continue
        hashed=$(printf '%s\n' "$2" | "$maker" -m sha512) && [ -n "$hashed" ] && hash "$1" "$hashed"
        return
    done
    say "the password of $1 is not set: there is neither chpasswd nor mkpasswd here"
    return 1
)

# USER
random_password() (
    secret=$(LC_ALL=C tr -dc A-HJ-NP-Za-km-z2-9 </dev/urandom | head -c 20)
    [ "${#secret}" = 20 ] || {
        say "the password of $1 is not set: none could be made up"
        return 1
    }
    password "$1" "$secret" && say "the password of $1 is $secret"
)

# USER
expire() (
    change /etc/shadow "$1" 3 0 2>/dev/null || {
        say "the password of $1 does not expire: it is not in /etc/shadow"
        return 1
    }
)

# USER KEY...
authorize() (
    who=$(identity "$1") || {
        say "there is no user $1"
        return 1
    }
    shift
    home=${who#*:*:}
    owner=${who%":$home"}
    umask 077
    [ -d "$home" ] || { mkdir -p "$home" && chown "$owner" "$home"; } || return 1
    mkdir -p "$home/.ssh" || return 1
    file=$home/.ssh/authorized_keys
    held=$(cat "$file" 2>/dev/null)
    for key; do
        case "
$held
" in
            *"
$key
"*) ;;
            *) held="${held:+$held
}$key" ;;
        esac
    done
    printf '%s\n' "$held" >"$file" && chmod 600 "$file" && chown "$owner" "$home/.ssh" "$file"
)

# USER RULE...
sudo_rules() (
    file=/etc/sudoers.d/90-cloud-init-users
    mkdir -p /etc/sudoers.d || return 1
    append "$file" "# User rules for $1" || return 1
    name=$1
    shift
    for rule; do
        append "$file" "$name $rule" || return 1
    done
    chmod 440 "$file"
)

# PATH HOW MODE OWNER: puts there what comes in.
file() (
    mkdir -p "${1%/*}/" || return 1
    umask 077
    case $2 in
        append) cat >>"$1" ;;
        *) cat >"$1" ;;
    esac || return 1
    # Another owner takes away what the mode says of whose rights a program has.
    chown "$4" "$1"
    owned=$?
    chmod "$3" "$1" && return "$owned"
)
