# What a Windows node's sshd does with a session, on this machine: commands go to Wine's cmd as they are, in a job object,
# in the user's folder; SFTP sees the drive as /C:. The variables of Wine, and WINE_HOME below
# its drive_c, are set before.
home=$WINEPREFIX/drive_c/$WINE_HOME
case $SSH_ORIGINAL_COMMAND in
internal-sftp | */sftp-server)
    [ "$(id -u)" = 0 ] || as_root=--map-root-user
    exec unshare --mount ${as_root:-} sh -c '
        root=$WINEPREFIX/root
        mount -t tmpfs tmpfs "$root" && cd "$root" && mkdir usr dev etc C: &&
            for folder in usr dev etc; do mount --rbind /$folder $folder || exit; done &&
            mount --rbind "$WINEPREFIX/drive_c" C: || exit
        for link in bin lib lib64; do ln -s usr/$link $link; done
        exec chroot . /usr/bin/env --chdir="/C:/$WINE_HOME" /usr/lib/openssh/sftp-server'
    ;;
*)
    cd "$home" || exit
    export SESSION_LINE="cmd.exe /c \"$SSH_ORIGINAL_COMMAND\""
    exec wine session.exe
    ;;
esac
