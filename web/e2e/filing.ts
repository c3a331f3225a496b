import { expect, type Page } from "@playwright/test";
import { FIRM, PASSWORD } from "./accounts";

/** Signs in as the firm and opens the form. */
export async function open(page: Page) {
  await page.goto("/signin");
  await page.getByLabel("账户").fill(FIRM);
  await page.getByLabel("密码").fill(PASSWORD);
  await page.getByRole("button", { name: "登录" }).click();
  await page.waitForURL(/\/owed/);
  await page.goto("/forms/resume-work");
  await expect(page.getByRole("button", { name: "提交，立即生效" })).toBeVisible();
}

/** Fills in what has to be filled in, and signs. */
export async function fill(page: Page) {
  const numbers = {
    首批到岗人数: "3",
    从疫情高风险地区返回人数: "0",
    从省外返回人数: "0",
    正在隔离人数: "0",
    口罩储备: "60",
    口罩可用天数: "5",
    测温设备: "2",
  };
  await page.getByLabel("计划复工日期").fill("2020-03-09");
  await page.getByLabel("防疫负责人", { exact: true }).fill("某甲");
  await page.getByLabel("防疫负责人电话").fill("13900000000");
  const total = page.getByLabel("职工总数");
  if ((await total.inputValue()) === "") await total.fill("10");
  const address = page.getByLabel("生产经营地址");
  if ((await address.inputValue()) === "") await address.fill("虚构路1号");
  for (const [label, value] of Object.entries(numbers))
    await page.getByLabel(label, { exact: true }).fill(value);
  await page.getByLabel("就餐方式").selectOption({ label: "食堂错峰就餐" });
  await page.getByLabel("就餐批次").fill("2");
  for (const label of ["提供集体宿舍", "已制定防控方案和应急预案", "已做复工前安全检查"])
    await page.getByLabel(label).selectOption({ label: label === "提供集体宿舍" ? "否" : "是" });
  await page.getByLabel("最主要的困难").selectOption({ label: "没有" });
  for (const item of await page.locator(".commitment input[type=checkbox]").all()) await item.check();
  await page.getByLabel("承诺人姓名").fill("某甲");
}
