import { expect, type Page, test } from "@playwright/test";
import { SESSION } from "./accounts";
import { fill, open } from "./filing";
import { photograph } from "./photograph";

const FIELD = /^物资和测温点照片（选填）/;

/** The choosers of the field, by the words of their button. */
const chooser = (page: Page, words: string) =>
  page.getByRole("group", { name: FIELD }).getByLabel(new RegExp(`: ${words}$`));

test("a photograph is chosen without a network, sent once with its form, and seen by the office", async ({
  browser,
  page,
  context,
}) => {
  await open(page);
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
  await page.reload();
  await fill(page);
  await context.setOffline(true);

  // 3000 by 1500 points, turned by a quarter, and with where it was taken: it stands upright, small and without.
  const taken = await photograph(page, { width: 3000, height: 1500, turned: true, place: true });
  await chooser(page, "选择照片").setInputFiles({ name: "门口.jpg", mimeType: "image/jpeg", buffer: taken });
  const list = page.locator(".file-field .file-list");
  await expect(list.locator("li")).toHaveCount(1);
  await expect(list).toContainText("门口.jpg");
  const preview = list.locator("canvas");
  await expect(preview).toHaveAttribute("aria-label", "预览：门口.jpg");
  await expect
    .poll(() => preview.evaluate((canvas: HTMLCanvasElement) => [canvas.width, canvas.height]))
    .toEqual([96, 192]);

  // What cannot be taken is said, and the rest stays.
  const says = page.locator(".file-field [role=alert]");
  await chooser(page, "选择照片").setInputFiles({
    name: "表.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("a text"),
  });
  await expect(says).toContainText("表.txt 的类型这里不收。可以选：照片");
  await chooser(page, "选择照片").setInputFiles({
    name: "坏.jpg",
    mimeType: "image/jpeg",
    buffer: Buffer.from("no photograph"),
  });
  await expect(says).toContainText("打不开 坏.jpg");
  await chooser(page, "选择照片").setInputFiles({ name: "又.jpg", mimeType: "image/jpeg", buffer: taken });
  await expect(says).toContainText("又.jpg 已经选过了");

  // It is there after the page was closed, and goes away when it is removed.
  const other = await photograph(page, { width: 40, height: 30 });
  await chooser(page, "选择照片").setInputFiles({ name: "多余.jpg", mimeType: "image/jpeg", buffer: other });
  await expect(list.locator("li")).toHaveCount(2);
  await page.reload();
  await expect(list.locator("li")).toHaveCount(2);
  await list.getByRole("button", { name: "删除 多余.jpg" }).click();
  await expect(list.locator("li")).toHaveCount(1);
  await expect(chooser(page, "选择照片")).toBeFocused();

  await page.getByRole("button", { name: "提交，立即生效" }).click();
  await page.waitForURL(/\/forms$/);
  await expect(page.locator(".outbox li")).toContainText("附 1 个文件");

  const sent: string[] = [];
  page.on("request", (request) => {
    const path = new URL(request.url()).pathname;
    if (request.method() !== "GET") sent.push(`${request.method()} ${path.replace(/[0-9a-f]{64}/, "…")}`);
  });
  await context.setOffline(false);
  await page.evaluate(() => window.dispatchEvent(new Event("online")));
  await expect(page.locator(".outbox")).toHaveCount(0);
  expect(sent).toEqual(["PUT /api/files/…", "POST /api/filings"]);
  // Nothing of it is left on the device.
  const kept = () =>
    page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const opening = indexedDB.open("yingjin-files");
          opening.onsuccess = () => {
            const counting = opening.result.transaction("contents").objectStore("contents").count();
            counting.onsuccess = () => resolve(counting.result);
          };
        }),
    );
  await expect.poll(kept).toBe(0);

  // The firm sees it beside what it filed; the office on the record. Other forms may have been filed on the same day.
  const filings: { form: string; title: { zh: string }; filing: { kind: string; id: string } }[] = await (
    await page.request.get("/api/filings")
  ).json();
  const filed = filings.find((one) => one.form === "resume-work");
  if (!filed) throw new Error("nothing was filed");
  const own = page.locator(".became").filter({ hasText: filed.title.zh }).first();
  await expect(own.getByRole("link", { name: /^照片 1/ })).toBeVisible();
  await expect(own.locator("canvas")).toHaveCount(1);
  const office = await browser.newContext({ storageState: SESSION });
  const desk = await office.newPage();
  await desk.goto(`/records/${filed.filing.kind}/${filed.filing.id}`);
  await expect(desk.locator(".file-list.shown li")).toHaveCount(1);
  await expect
    .poll(() => desk.locator(".file-list canvas").evaluate((canvas: HTMLCanvasElement) => canvas.height))
    .toBe(192);
  const address = await desk.locator(".file-list a").getAttribute("href");
  const content = await (await desk.request.get(String(address))).body();
  expect(content.includes("Exif")).toBe(false);
  expect(content.length).toBeLessThan(taken.length);
  await office.close();
});
