/** The sample accounts that `yingjin account demo` makes. Their password is no secret. */
export const PASSWORD = "yingjin-demo";
export const ADMINISTRATOR = "demo-administrator";
export const FIRM = "demo-firm";
export const AUDITOR = "demo-auditor";

/** Where the administrator's session is kept between tests: signing in is throttled, and slow on purpose. */
export const SESSION = "test-results/administrator.json";
