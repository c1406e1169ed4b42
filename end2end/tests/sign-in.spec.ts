import { expect, hydrated, test } from '../support/fixtures';
import { signedIn } from '../support/people';
import { SignInPage } from '../support/pages/sign-in-page';

test.describe('who is not signed in', () => {
  test.use({ as: 'nobody' });

  test('is led to the sign-in and from there to the page that was asked for', async ({ page, people, errors }) => {
    const way = new SignInPage(page);
    await page.goto('/licenses');
    await expect(page).toHaveURL('/sign-in?to=/licenses');
    await way.ready();
    await way.signIn(people.student.id, 'not the password');
    await expect(way.error).toContainText('ユーザーIDかパスワードが違います');
    await expect(way.id).toHaveValue(people.student.id);
    errors.length = 0; // the browser writes the 401
    await way.signIn(people.student.id, people.student.password);
    await expect(page).toHaveURL('/licenses');
    await hydrated(page);
    await expect(page.getByTestId('to-account')).toContainText(people.student.name);
  });

  test('waits after ten wrong passwords, and is told how long', async ({ page, people, errors }) => {
    const way = new SignInPage(page);
    await page.goto('/sign-in');
    await way.ready();
    for (let tries = 0; tries < 7; tries++) {
      await page.request.post('/rpc/sign_in', { form: { id: people.other.id, password: 'wrong' } });
    }
    await way.signIn(people.other.id, 'wrong');
    await expect(way.error).toContainText('あと2回');
    await way.signIn(people.other.id, 'wrong');
    await expect(way.error).toContainText('あと1回');
    await way.signIn(people.other.id, 'wrong');
    await expect(way.error).toContainText('次からしばらく');
    await way.signIn(people.other.id, people.other.password);
    await expect(way.error).toContainText('分ほど待ってから');
    errors.length = 0;
  });

  test('is not led away from this site', async ({ page, people }) => {
    const way = new SignInPage(page);
    await page.goto('/sign-in?to=//evil.example/');
    await way.ready();
    await way.signIn(people.faculty.id, people.faculty.password);
    await expect(page).toHaveURL('/');
  });
});

test.describe('without a script', () => {
  test.use({ as: 'nobody', javaScriptEnabled: false });

  test('people sign in and out all the same', async ({ page, people }) => {
    const way = new SignInPage(page);
    await page.goto('/help');
    await way.signIn(people.faculty.id, 'wrong');
    await expect(way.error).toContainText('ユーザーIDかパスワードが違います');
    await way.signIn(people.faculty.id, people.faculty.password);
    await expect(page).toHaveURL('/help');
    await page.goto('/account');
    await expect(page.getByTestId('account-id')).toHaveText(people.faculty.id);
    await page.getByTestId('sign-out').click();
    await page.goto('/account');
    await expect(page).toHaveURL('/sign-in?to=/account');
  });
});

test.describe('a session that ends while a form is filled in', () => {
  test.use({ as: 'student' });

  test('loses nothing: the password is asked for over the page', async ({ page, newJob, people, context, errors }) => {
    const way = new SignInPage(page);
    await newJob.open();
    await hydrated(page);
    await page.getByTestId('try-sample').click();
    await page.locator('[data-testid=deck-verdict]:is([data-verdict=fits], [data-verdict=warnings])').waitFor();
    const name = page.getByTestId('job-name').first();
    // what the page asks by itself would bring the dialog before the click
    const asked = page.waitForResponse((answer) => answer.url().includes('/rpc/check_name'));
    await name.fill('kept_name');
    await asked;
    await context.clearCookies({ name: 'ajm_session' });
    await newJob.submit.click();
    await expect(way.again).toBeVisible();
    await expect(page.getByTestId('again-id')).toHaveValue(people.student.id);
    await way.againPassword.fill('wrong');
    await way.againSend.click();
    await expect(way.again.getByTestId('form-error')).toContainText('ユーザーIDかパスワードが違います');
    await way.againPassword.fill(people.student.password);
    await way.againSend.click();
    await expect(way.again).toBeHidden();
    errors.length = 0; // the browser writes each 401
    await expect(name).toHaveValue('kept_name');
    await newJob.submit.click();
    await expect(page.getByText('kept_name').first()).toBeVisible();
    await expect(page).not.toHaveURL(/sign-in/);
  });

  test('somebody else who signs in there begins anew', async ({ page, people, context, errors }) => {
    const way = new SignInPage(page);
    await page.goto('/licenses');
    await hydrated(page);
    await context.clearCookies({ name: 'ajm_session' });
    await page.getByTestId('to-account').click();
    await expect(way.again).toBeVisible();
    await page.getByTestId('again-id').fill(people.faculty.id);
    await way.againPassword.fill(people.faculty.password);
    await way.againSend.click();
    await expect(page).toHaveURL('/');
    await hydrated(page);
    await expect(page.getByTestId('to-account')).toContainText(people.faculty.name);
    errors.length = 0;
  });
});

test.describe('the own account', () => {
  test.use({ as: 'faculty' });

  test('a token is shown once, works as far as its scope goes, and is taken back', async ({ page, playwright, baseURL }) => {
    await page.goto('/account');
    await hydrated(page);
    await page.getByTestId('token-name').fill('macro');
    await page.getByTestId('make-token').click();
    const secret = (await page.getByTestId('token-secret').textContent()) ?? '';
    const api = await playwright.request.newContext({ baseURL, extraHTTPHeaders: { Authorization: `Bearer ${secret}` } });
    expect((await api.get('/api/v1/jobs')).status()).toBe(200);
    expect((await api.post('/api/v1/jobs/1/cancel')).status()).toBe(403);
    await page.reload();
    await hydrated(page);
    await expect(page.getByTestId('token')).toContainText('macro');
    await expect(page.getByTestId('token-secret')).toHaveCount(0);
    await page.getByTestId('revoke-token').click();
    await page.getByTestId('revoke-confirm').click();
    await expect(page.getByTestId('token')).toHaveCount(0);
    const refused = await api.get('/api/v1/jobs');
    expect(refused.status()).toBe(401);
    expect(await refused.text()).toContain('APIトークン');
    await api.dispose();
  });

  test('keys of one letter are switched off for every browser, and on again', async ({ page, people, playwright, baseURL }) => {
    const set = async (on: boolean) => {
      await page.goto('/account');
      await hydrated(page);
      const kept = page.waitForResponse((answer) => answer.url().includes('/rpc/keep_wishes'));
      await page.getByTestId('single-keys').setChecked(on);
      expect((await kept).ok()).toBe(true);
      await page.goto('/');
      await hydrated(page);
      await page.keyboard.press('?');
    };
    const elsewhere = async () => {
      const browser = await playwright.request.newContext({ baseURL, storageState: { cookies: [], origins: [] } });
      await browser.post('/rpc/sign_in', { form: { id: people.faculty.id, password: people.faculty.password } });
      const { cookies } = await browser.storageState();
      await browser.dispose();
      return cookies.find(({ name }) => name === 'ajm_keys')?.value;
    };
    await set(false);
    await expect(page.getByTestId('keys')).toBeHidden();
    expect(await elsewhere()).toBe('off');
    await set(true);
    await expect(page.getByTestId('keys')).toBeVisible();
    expect(await elsewhere()).toBe('on');
  });

  test('signing out elsewhere ends the other browsers within moments', async ({ page, people, browser, baseURL, errors }) => {
    const elsewhere = await browser.newContext({ baseURL, storageState: await signedIn(baseURL ?? '', people.faculty) });
    const other = await elsewhere.newPage();
    await other.goto('/');
    await hydrated(other);
    await page.goto('/account');
    await hydrated(page);
    await page.getByTestId('end-others').click();
    await expect(page.getByTestId('end-others')).toHaveCount(0);
    // it hears nothing more, and asks
    await expect(other.getByTestId('sign-in-again')).toBeVisible({ timeout: 30_000 });
    await elsewhere.close();
    errors.length = 0;
  });

  test('a wrong present password is told at its field; what was typed stays', async ({ page, people, errors }) => {
    await page.goto('/account');
    await hydrated(page);
    await page.getByTestId('password-current').fill('wrong');
    await page.getByTestId('new-password').fill('梁のたわみは三乗で効く');
    await page.getByTestId('repeat-password').fill('梁のたわみは三乗で効く');
    await page.getByTestId('password-change').click();
    await expect(page.locator('#password-current-error')).toContainText('今のパスワードが違います');
    await expect(page.getByTestId('new-password')).toHaveValue('梁のたわみは三乗で効く');
    await page.getByTestId('password-current').fill(people.faculty.password);
    await page.getByTestId('new-password').fill('short');
    await page.getByTestId('repeat-password').fill('short');
    await page.getByTestId('password-change').click();
    await expect(page.locator('#new-password-error')).toContainText('10文字以上');
    errors.length = 0;
  });
});
