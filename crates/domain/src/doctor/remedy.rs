//! What is pasted on a node to show or to correct what is wrong there. Each command is made of parsed types only, whose
//! letters neither sh nor PowerShell gives a meaning to within single quotes.

use super::{Problem, System};
use crate::{AccountName, Solver, WorkFolder};

/// A command that shows or corrects what is wrong, where there is one.
pub fn remedy(problem: &Problem, system: System) -> Option<String> {
    match system {
        System::Linux => on_linux(problem),
        System::Windows => on_windows(problem),
    }
}

/// The commands to show: one where it is known what the node is, or where that makes no difference, else one for each system.
pub fn remedies(problem: &Problem, system: Option<System>) -> Vec<(Option<System>, String)> {
    if let Some(system) = system {
        return remedy(problem, system).map(|command| (None, command)).into_iter().collect();
    }
    let all = System::ALL.map(|system| remedy(problem, system));
    if let [Some(one), Some(other)] = &all
        && one == other
    {
        return vec![(None, one.clone())];
    }
    System::ALL.into_iter().zip(all).filter_map(|(system, command)| Some((Some(system), command?))).collect()
}

fn on_linux(problem: &Problem) -> Option<String> {
    let command = match problem {
        Problem::NoSuchName { host } => format!("getent hosts {host}"),
        Problem::Closed { port: 22, .. } => "sudo systemctl enable --now ssh && sudo ss -ltnp | grep ':22 '".to_owned(),
        Problem::Closed { port, .. } => format!("sudo ss -ltnp | grep ':{port} '"),
        Problem::KeyUnknown { .. } | Problem::KeyChanged { .. } => host_key_command(System::Linux).to_owned(),
        Problem::KeyRefused { user, public_key } => authorize(user, public_key, System::Linux),
        Problem::Shell { .. } => {
            "ls -l ~/.bashrc ~/.profile ~/.bash_profile 2>/dev/null; getent passwd \"$USER\"".to_owned()
        }
        Problem::Folder { folder, .. } if folder.as_str().starts_with('/') => {
            format!("sudo mkdir -p {folder} && sudo chown \"$USER\" {folder}\nls -ld {folder}")
        }
        Problem::Folder { folder, .. } => format!("mkdir -p ~/{folder} && ls -ld ~/{folder} && df -h ~"),
        Problem::DiskFull { folder } => format!("df -h {0} && du -sh {0}/runs/* | sort -h | tail", at_home(folder)),
        Problem::Program { folder, .. } => {
            format!("uname -m; findmnt -T {0} -o TARGET,OPTIONS; ls -l {0}/runner-*", at_home(folder))
        }
        Problem::NoCommand { solver: Solver::Calculix, .. } => {
            "sudo apt-get install calculix-ccx && command -v ccx".to_owned()
        }
        Problem::NoCommand { solver: Solver::Abaqus, .. } => {
            "ls -l /var/DassaultSystemes/SIMULIA/Commands /opt/SIMULIA/Commands /usr/SIMULIA/Commands 2>/dev/null"
                .to_owned()
        }
        Problem::License { .. } => "abaqus licensing lmstat -a || abaqus licensing dslsstat -usage".to_owned(),
        Problem::EndsWithConnection { .. }
        | Problem::Command { .. }
        | Problem::TooSlow { .. }
        | Problem::Other { .. } => return None,
    };
    Some(command)
}

fn at_home(folder: &WorkFolder) -> String {
    if folder.as_str().starts_with('/') { folder.to_string() } else { format!("~/{folder}") }
}

fn on_windows(problem: &Problem) -> Option<String> {
    let command = match problem {
        // it is the server that does not know the name, whatever the node is
        Problem::NoSuchName { .. } => return on_linux(problem),
        Problem::Closed { port, .. } => format!(
            "Set-Service -Name sshd -StartupType Automatic\n\
             Start-Service -Name sshd\n\
             Get-NetTCPConnection -State Listen -LocalPort {port}\n\
             Get-NetFirewallPortFilter | Where-Object {{ $_.LocalPort -eq {port} }} | Get-NetFirewallRule | \
             Format-Table Name, Enabled, Profile, Action"
        ),
        Problem::KeyUnknown { .. } | Problem::KeyChanged { .. } => host_key_command(System::Windows).to_owned(),
        Problem::KeyRefused { user, public_key } => authorize(user, public_key, System::Windows),
        Problem::Shell { .. } => {
            "Get-ItemProperty -Path 'HKLM:\\SOFTWARE\\OpenSSH' | Format-List DefaultShell*".to_owned()
        }
        Problem::Folder { folder, user, .. } => making(folder, user),
        Problem::DiskFull { folder } => format!(
            "Get-PSDrive -PSProvider FileSystem\n\
             Get-ChildItem -Path {} -Directory | ForEach-Object {{\n  \
             $size = (Get-ChildItem -Path $_.FullName -Recurse -File | Measure-Object -Property Length -Sum).Sum\n  \
             '{{0,10:N0}} MB  {{1}}' -f ($size / 1048576), $_.Name\n}}",
            in_folder(folder, "runs")
        ),
        Problem::Program { folder, .. } => format!(
            "Get-ChildItem -Path {} | Format-List FullName, Length\n\
             Get-MpThreatDetection | Select-Object -Last 5 | Format-List InitialDetectionTime, Resources",
            in_folder(folder, "runner-*")
        ),
        Problem::EndsWithConnection { .. } => "Get-CimInstance -ClassName Win32_Service -Filter \"Name = 'sshd'\" | \
             Format-List State, StartName, PathName\n\
             (Get-Item -Path \"$env:SystemRoot\\System32\\OpenSSH\\sshd.exe\").VersionInfo.ProductVersion"
            .to_owned(),
        Problem::NoCommand { solver: Solver::Calculix, .. } => {
            "Get-ChildItem -Path 'C:\\', 'D:\\' -Filter 'ccx*.exe' -Recurse -ErrorAction SilentlyContinue | \
             ForEach-Object { $_.FullName }"
                .to_owned()
        }
        Problem::NoCommand { solver: Solver::Abaqus, .. } => {
            "Get-ChildItem -Path 'C:\\SIMULIA\\Commands', 'D:\\SIMULIA\\Commands', \"$env:ProgramFiles\\SIMULIA\" \
             -Filter 'ab*.bat' -Recurse -ErrorAction SilentlyContinue | ForEach-Object { $_.FullName }"
                .to_owned()
        }
        Problem::License { .. } => "abaqus licensing lmstat -a\nabaqus licensing dslsstat -usage".to_owned(),
        Problem::Command { .. } | Problem::TooSlow { .. } | Problem::Other { .. } => return None,
    };
    Some(command)
}

fn has_drive(folder: &WorkFolder) -> bool {
    folder.as_str().contains(':')
}

fn backslashes(folder: &WorkFolder) -> String {
    folder.as_str().trim_end_matches('/').replace('/', "\\")
}

/// What lies in the work folder; of a folder in the account's home for whoever looks, so that all homes are looked at.
fn in_folder(folder: &WorkFolder, name: &str) -> String {
    if has_drive(folder) {
        format!("'{}\\{name}'", backslashes(folder))
    } else {
        format!("\"$env:SystemDrive\\Users\\*\\{}\\{name}\"", backslashes(folder))
    }
}

/// Makes the work folder, where it is missing for nobody else, and lets the account write there.
fn making(folder: &WorkFolder, user: &AccountName) -> String {
    if has_drive(folder) {
        let folder = backslashes(folder);
        return at_once(&format!(
            "if (-not (Test-Path -Path '{folder}')) {{\n  \
             New-Item -ItemType Directory -Path '{folder}' | Out-Null\n  \
             icacls '{folder}' /inheritance:r /grant '*S-1-5-18:(OI)(CI)F' '*S-1-5-32-544:(OI)(CI)F'\n\
             }}\n\
             icacls '{folder}' /grant '{user}:(OI)(CI)F'\n\
             {ICACLS}"
        ));
    }
    at_once(&format!(
        "{}\n\
         $folder = {HOME} + '\\{}'\n\
         New-Item -ItemType Directory -Force -Path $folder | Out-Null\n\
         icacls $folder /grant \"*${{sid}}:(OI)(CI)F\"\n\
         {ICACLS}",
        known_account(user),
        backslashes(folder)
    ))
}

/// Accounts are told by their numbers: names are translated, and are many.
fn known_account(user: &AccountName) -> String {
    format!(
        "$account = New-Object -TypeName System.Security.Principal.NTAccount -ArgumentList '{user}'\n\
         $sid = $account.Translate([System.Security.Principal.SecurityIdentifier]).Value\n\
         $profiles = 'HKLM:\\SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion\\ProfileList'"
    )
}

/// A program that fails is no error to PowerShell.
const ICACLS: &str = "if ($LASTEXITCODE) { throw 'icacls failed' }";

/// The home of a known account.
const HOME: &str = "(Get-ItemProperty -Path \"$profiles\\$sid\").ProfileImagePath";

/// Lets our key in, on the node: on Linux as the account that runs jobs, on Windows as an administrator. What stands between
/// the quotes of the key is base64 of our own behind the name of its kind.
///
/// On Windows all administrators share one file, which nobody else may write, or sshd does not read it (sshd_config of
/// Win32-OpenSSH, its issue #1942; QEMU's guest agent lets keys in by the same files).
pub fn authorize(user: &AccountName, public_key: &str, system: System) -> String {
    match system {
        System::Linux => format!(
            "mkdir -p ~/.ssh && chmod 700 ~/.ssh\necho '{public_key}' >> ~/.ssh/authorized_keys\nchmod 600 ~/.ssh/authorized_keys"
        ),
        System::Windows => at_once(&format!("$login = $null\n{}", letting_in(user, public_key))),
    }
}

/// Lines that stop at their first error, and leave no variable behind.
fn at_once(lines: &str) -> String {
    let lines: String = lines.lines().map(|line| format!("  {line}\n")).collect();
    format!("& {{\n  $ErrorActionPreference = 'Stop'\n{lines}}}")
}

/// An account has a home once it has logged in, so it does, by `$login` where that is there. Who is an administrator is
/// asked of the group itself: `Get-LocalGroupMember` of 5.1 fails where one of its members is no more.
fn letting_in(user: &AccountName, public_key: &str) -> String {
    format!(
        "{}\n\
         if (-not (Test-Path -Path \"$profiles\\$sid\")) {{\n  \
         if (-not $login) {{ $login = Get-Credential -UserName '{user}' -Message 'ホームフォルダーを作るため一度ログインします (logs in once, to make the home folder)' }}\n  \
         Start-Process -FilePath \"$env:SystemRoot\\System32\\cmd.exe\" -ArgumentList '/c', 'exit' \
         -Credential $login -LoadUserProfile -WorkingDirectory $env:SystemRoot -Wait\n\
         }}\n\
         $group = New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList 'S-1-5-32-544'\n\
         $name = $group.Translate([System.Security.Principal.NTAccount]).Value -replace '^.*\\\\', ''\n\
         $members = ([ADSI]\"WinNT://./$name,group\").psbase.Invoke('Members') | ForEach-Object {{\n  \
         $bytes = $_.GetType().InvokeMember('objectSid', 'GetProperty', $null, $_, $null)\n  \
         (New-Object -TypeName System.Security.Principal.SecurityIdentifier -ArgumentList $bytes, 0).Value\n\
         }}\n\
         $grants = @('*S-1-5-18:F', '*S-1-5-32-544:F')\n\
         if ($members -contains $sid) {{\n  \
         $folder = \"$env:ProgramData\\ssh\"\n  \
         $file = \"$folder\\administrators_authorized_keys\"\n\
         }} else {{\n  \
         $folder = {HOME} + '\\.ssh'\n  \
         $file = \"$folder\\authorized_keys\"\n  \
         $grants += \"*${{sid}}:F\"\n\
         }}\n\
         New-Item -ItemType Directory -Force -Path $folder | Out-Null\n\
         $key = '{public_key}'\n\
         $lines = @()\n\
         if (Test-Path -Path $file) {{ $lines = @([System.IO.File]::ReadAllLines($file)) }}\n\
         if ($lines -notcontains $key) {{ [System.IO.File]::WriteAllLines($file, [string[]]($lines + $key)) }}\n\
         icacls $file /inheritance:r /grant $grants\n\
         {ICACLS}",
        known_account(user)
    )
}

/// Shows a node's own fingerprint, on the node.
pub fn host_key_command(system: System) -> &'static str {
    match system {
        System::Linux => "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
        System::Windows => "ssh-keygen -lf \"$env:ProgramData\\ssh\\ssh_host_ed25519_key.pub\"",
    }
}

/// Makes a node of a Windows machine that has never been one, in PowerShell as an administrator: OpenSSH Server and its
/// port, the account with its home, our key, and the fingerprint to compare. It may be run again. A domain's account is the
/// domain's to make.
pub fn prepare_windows(user: &AccountName, port: u16, public_key: &str) -> String {
    let listening = if port == 22 {
        String::new()
    } else {
        // as UTF-8 without a mark: accounts in it may have Japanese names
        format!(
            "$config = \"$env:ProgramData\\ssh\\sshd_config\"\n\
             $text = [System.IO.File]::ReadAllText($config)\n\
             if ($text -notmatch '(?m)^Port {port}\\s*$') {{\n  \
             if (-not (Test-Path -Path \"$config.before\")) {{ Copy-Item -Path $config -Destination \"$config.before\" }}\n  \
             $others = $text -replace '(?m)^Port\\s', '#Port '\n  \
             [System.IO.File]::WriteAllText($config, \"Port {port}`r`n$others\")\n\
             }}\n\
             Restart-Service -Name sshd\n"
        )
    };
    let service = format!(
        "if (-not (Get-Service -Name sshd -ErrorAction SilentlyContinue)) {{\n  \
         Add-WindowsCapability -Online -Name 'OpenSSH.Server~~~~0.0.1.0'\n\
         }}\n\
         Set-Service -Name sshd -StartupType Automatic\n\
         Start-Service -Name sshd\n\
         {listening}\
         $rule = 'Abaqus-Job-Manager-SSH'\n\
         Get-NetFirewallRule -Name $rule -ErrorAction SilentlyContinue | Remove-NetFirewallRule\n\
         New-NetFirewallRule -Name $rule -DisplayName 'SSH for Abaqus Job Manager' -Direction Inbound -Protocol TCP \
         -LocalPort {port} -Action Allow | Out-Null\n\
         $login = $null\n"
    );
    let is_of_a_domain = user.as_str().contains(['\\', '@']);
    let account = if is_of_a_domain {
        String::new()
    } else {
        format!(
            "if (-not (Get-LocalUser -Name '{user}' -ErrorAction SilentlyContinue)) {{\n  \
             $login = Get-Credential -UserName '{user}' -Message '新しいアカウントのパスワード (a password for the new account)'\n  \
             New-LocalUser -Name '{user}' -Password $login.Password -PasswordNeverExpires | Out-Null\n  \
             Add-LocalGroupMember -SID 'S-1-5-32-545' -Member '{user}'\n\
             }}\n"
        )
    };
    let lines = [&service, &account, &letting_in(user, public_key), "\n", host_key_command(System::Windows)];
    at_once(&lines.concat())
}
