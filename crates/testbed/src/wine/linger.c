/* linger FILE …: makes the file, which tells that it runs, and stays. */
#include <windows.h>

int wmain(int count, wchar_t **words)
{
    if (count > 1)
        CloseHandle(CreateFileW(words[1], GENERIC_WRITE, FILE_SHARE_READ, NULL, CREATE_ALWAYS, 0, NULL));
    Sleep(600000);
    return 0;
}
