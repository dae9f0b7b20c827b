/** The pages' whole stylesheet: inline, so that a page is one file; its hash stands in the Content-Security-Policy. Made for 360 px first, for paper last. */
export const style = `
:root{--ink:#1c2a22;--soft:#4c5b52;--paper:#fbf9f3;--card:#fff;--line:#d9d4c3;--leaf:#1f6b4a;--leaf-deep:#134a33;--earth:#a2491c;--sun:#f2e6c4;--track:#ece8db}
@media (prefers-color-scheme:dark){:root{--ink:#edf2ec;--soft:#b5c2b9;--paper:#121a15;--card:#1a241e;--line:#35433a;--leaf:#6cc79b;--leaf-deep:#0d3524;--earth:#f0a274;--sun:#3a3320;--track:#2a362f}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif}
a{color:var(--leaf);text-underline-offset:.15em}
a:focus-visible,summary:focus-visible{outline:3px solid var(--earth);outline-offset:2px}
.skip{position:absolute;left:-99rem}
.skip:focus{left:.5rem;top:.5rem;background:var(--card);padding:.5rem;z-index:1}
.page{max-width:46rem;margin:0 auto;padding:0 .65rem}
header.top{background:#134a33;color:#fff;padding:.9rem 0 1.1rem;border-bottom:4px solid #d9a441}
header.top a{color:#fff}
header.top nav{font-size:.85rem;color:#d8e6dd}
header.top h1{margin:.3rem 0 .1rem;font-size:1.6rem;line-height:1.2;overflow-wrap:anywhere}
header.top p{margin:0;color:#e8f0ea}
[lang=en]{color:var(--soft);font-size:.92em}
header.top [lang=en]{color:#cfe0d6}
.periods{display:flex;flex-wrap:wrap;gap:.4rem;margin:.8rem 0 0;padding:0;list-style:none;font-size:.95rem}
.periods a,.periods b{display:block;padding:.3rem .8rem;border:1px solid #7fa892;border-radius:2rem;text-decoration:none}
.periods b{background:#fff;color:#134a33;border-color:#fff}
main{padding:1rem 0 2rem}
section,aside{background:var(--card);border:1px solid var(--line);border-radius:.6rem;padding:.9rem .75rem 1rem;margin:0 0 1rem}
h2{font-size:1.06rem;line-height:1.35;margin:0 0 .15rem}
h2+p[lang=en]{margin:0 0 .7rem;line-height:1.35}
.kicker{margin:0 0 .15rem;font-size:.78rem;font-weight:600;letter-spacing:.04em;text-transform:uppercase;color:var(--soft)}
.verdict{display:inline-block;margin:0 .35rem 0 0;padding:0 .5rem;border-radius:.3rem;font-size:.78rem;font-weight:700;vertical-align:.12em}
.verdict.yes{background:var(--leaf);color:var(--card)}
.verdict.no{background:var(--card);color:var(--earth);box-shadow:inset 0 0 0 2px var(--earth)}
.verdict.none{background:var(--track);color:var(--ink)}
.small{font-size:.85rem;color:var(--soft);margin:.5rem 0 0}
.bars{display:block;overflow:visible;margin-top:.4rem;font:inherit}
.bars text{fill:var(--ink);font-size:.84rem}
.bars a text{fill:var(--leaf);text-decoration:underline}
.bars .numbers{text-anchor:end;font-variant-numeric:tabular-nums;font-weight:600}
.bars .track{fill:var(--track);stroke:var(--line)}
.bars .none{fill:none;stroke:var(--soft);stroke-dasharray:3 3}
.bars .fill{fill:var(--leaf)}
.bars .miss{stroke:var(--earth);stroke-width:1}
.bars .stripe{fill:var(--earth)}
.bars .stripe-ground{fill:var(--sun)}
.bars .target{stroke:var(--ink);stroke-width:2}
.bars .target-text{font-size:.72rem;fill:var(--soft)}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums;font-size:.9rem}
caption{text-align:left;font-weight:600;padding:0 0 .5rem}
caption span{font-weight:400}
th,td{padding:.4rem .3rem;border-top:1px solid var(--line);text-align:right;vertical-align:top}
th:first-child,td:first-child{text-align:left;padding-left:0}
td:last-child,th:last-child{padding-right:0}
thead th{border-top:0;border-bottom:2px solid var(--ink);font-size:.8rem;vertical-align:bottom}
thead th [lang=en]{font-weight:400;display:block}
tbody th{font-weight:500;overflow-wrap:break-word;hyphens:auto}
.numbers-table{table-layout:fixed}.numbers-table th:first-child{width:30%}.numbers-table thead th{font-size:.76rem}
abbr{text-decoration:none}
.stages{table-layout:fixed;font-size:.82rem}.stages thead th:first-child{width:38%}.stages thead th:last-child{width:21%}.stages [scope=rowgroup]{font-weight:700;border-top:2px solid var(--line);padding-top:.7rem}
tfoot th,tfoot td{border-top:2px solid var(--ink);font-weight:700}
.wide{font-size:.76rem;table-layout:fixed}
.wide th:first-child{width:24%}
.wide thead th{font-size:.66rem;font-weight:500}
.wide th,.wide td{padding:.35rem .15rem}
.wide td span{display:block;color:var(--soft);font-size:.92em}
dl{margin:.3rem 0 0}
dt{font-weight:600;margin-top:.6rem}
dd{margin:0}
ul.places{columns:14rem;margin:.4rem 0 0;padding:0 0 0 1.1rem}
footer{font-size:.82rem;color:var(--soft);padding:0 0 2rem;overflow-wrap:anywhere}
footer p{margin:.25rem 0}
@media (min-width:44rem){section,aside{padding:1.1rem 1.3rem 1.3rem}h2{font-size:1.25rem}.wide{font-size:.88rem}.wide thead th{font-size:.8rem}}
@media print{:root{--ink:#000;--soft:#333;--paper:#fff;--card:#fff;--line:#999;--leaf:#222;--earth:#000;--sun:#fff;--track:#fff}
header.top{background:none;color:#000;border-bottom:2px solid #000}header.top a,header.top p,header.top nav,header.top [lang=en]{color:#000}
.periods,.skip,.screen{display:none}section,aside{break-inside:avoid;border-color:#999;padding:.5rem}main{padding:.5rem 0}.verdict.yes{background:none;color:#000;box-shadow:inset 0 0 0 2px #000}
@page{size:A4;margin:14mm}}
`.replace(/\n/g, '');
