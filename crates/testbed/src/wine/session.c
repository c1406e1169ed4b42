/* Starts what follows on its command line as Windows' sshd does: in a job object that ends all of it when this program
 * ends. Its processes may leave the job, unless the first word is "-held"; after "-caged" they may, and stay in another one
 * around it. Without anything on its command line it takes
 * the line in SESSION_LINE, which nobody has quoted anew on its way. */
#include <windows.h>
#include <wchar.h>

static wchar_t *after_word(wchar_t *text)
{
    int quoted = 0;
    for (; *text && (quoted || (*text != L' ' && *text != L'\t')); text++)
        if (*text == L'"') quoted = !quoted;
    while (*text == L' ' || *text == L'\t') text++;
    return text;
}

static int begins(const wchar_t *line, const wchar_t *word)
{
    size_t length = wcslen(word);
    return !wcsncmp(line, word, length) && (!line[length] || line[length] == L' ');
}

static HANDLE job_of(DWORD flags)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION limits = {0};
    HANDLE job = CreateJobObjectW(NULL, NULL);

    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE | flags;
    return SetInformationJobObject(job, JobObjectExtendedLimitInformation, &limits, sizeof limits) ? job : NULL;
}

int wmain(void)
{
    wchar_t *line = after_word(GetCommandLineW());
    int held = begins(line, L"-held"), caged = begins(line, L"-caged");
    STARTUPINFOW start = {sizeof start};
    PROCESS_INFORMATION made;
    DWORD code = 255;
    HANDLE cage = caged ? job_of(0) : NULL, job = job_of(held ? 0 : JOB_OBJECT_LIMIT_BREAKAWAY_OK);

    if (!job || (caged && !cage)) return 254;
    if (held || caged) line = after_word(line);
    if (!*line) {
        static wchar_t given[32768];
        GetEnvironmentVariableW(L"SESSION_LINE", given, 32768);
        line = given;
    }
    if (!CreateProcessW(NULL, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &start, &made)) return 1;
    if (cage && !AssignProcessToJobObject(cage, made.hProcess)) return 252;
    if (!AssignProcessToJobObject(job, made.hProcess)) return 253;
    ResumeThread(made.hThread);
    WaitForSingleObject(made.hProcess, INFINITE);
    GetExitCodeProcess(made.hProcess, &code);
    return code;
}
