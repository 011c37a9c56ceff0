enum Stylesheet {
    /// It holds none of the characters that HTML escapes, so it is written like any other text.
    /// Colours are told apart in print and by readers who do not see red and green; text keeps a contrast of 4.5:1.
    static let text = """
        :root{color-scheme:light dark;--ink:#1d2329;--soft:#55606b;--line:#d5dade;--paper:#fff;--wash:#f4f6f7;--link:#0b57a4;\
        --s0:#2f6f9f;--s1:#c2401c;--s2:#8a8f94;--s3:#c99a12}
        @media (prefers-color-scheme:dark){:root{--ink:#e6e9ec;--soft:#a5afb8;--line:#3a424a;--paper:#14181c;--wash:#1d2328;\
        --link:#7db8ee;--s0:#6aaede;--s1:#ff8c66;--s2:#9aa1a8;--s3:#e6bd4a}}
        *{box-sizing:border-box}
        body{margin:0 auto;max-width:72rem;padding:2rem 1.25rem 4rem;background:var(--paper);color:var(--ink);\
        font:16px/1.5 system-ui,-apple-system,Roboto,sans-serif}
        a{color:var(--link)}
        .skip{position:absolute;left:-99rem}.skip:focus{left:1rem}
        header{border-bottom:2px solid var(--ink);margin-bottom:1.5rem;padding-bottom:.5rem}
        header p{max-width:44rem;margin:.4rem 0}
        .kind{color:var(--soft);letter-spacing:.02em}
        .period{font-size:1.1rem}
        h1{font-size:1.9rem;line-height:1.2;margin:.2rem 0;overflow-wrap:anywhere}
        h2{font-size:1.3rem;margin:2.4rem 0 .6rem}
        section p,section ul:not(.tiles){max-width:48rem}
        .tiles{list-style:none;margin:0;padding:0;display:grid;gap:.75rem;grid-template-columns:repeat(auto-fit,minmax(10.5rem,1fr))}
        .tiles li{background:var(--wash);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;display:flex;flex-direction:column}
        .tiles .value{font-size:2rem;line-height:1.1;font-variant-numeric:tabular-nums}
        .tiles span{color:var(--soft);font-size:.875rem}.tiles .value{color:var(--ink)}
        .wide{overflow-x:auto}
        table{border-collapse:collapse;width:100%;font-size:.875rem;line-height:1.4}
        caption{text-align:left;color:var(--soft);padding:.4rem 0}
        th,td{text-align:left;vertical-align:top;padding:.4rem .6rem;border-bottom:1px solid var(--line);overflow-wrap:anywhere;min-width:3.5rem}
        td{min-width:5rem}
        thead th{border-bottom:2px solid var(--ink);overflow-wrap:normal;white-space:nowrap}
        tbody th{font-weight:500;overflow-wrap:break-word;min-width:5.5rem}
        .tiles .value a{color:inherit;text-decoration-thickness:1px;text-underline-offset:.2em}
        .wide{margin-bottom:1rem}
        @media (max-width:40rem){body{padding:1rem 1rem 3rem}h1{font-size:1.5rem}td:not(.n){min-width:9rem}tbody th{min-width:4rem}}
        small{display:block;font-weight:400;color:var(--soft);font-size:.8rem;min-width:8rem}
        .n{text-align:right;font-variant-numeric:tabular-nums;min-width:0}
        .word{font-weight:600;white-space:nowrap}.word.notchecked,.none{color:var(--soft)}.word.fails{color:var(--s1)}
        .chart{margin:.5rem 0 1rem}
        svg{display:block;max-width:none}
        svg text{font-size:12px;fill:var(--soft)}
        .grid{stroke:var(--line)}.axis{stroke:var(--soft)}
        .s0{fill:var(--s0);background:var(--s0)}.s1{fill:var(--s1);background:var(--s1)}
        .s2{fill:var(--s2);background:var(--s2)}.s3{fill:var(--s3);background:var(--s3)}
        .legend{list-style:none;display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;padding:0;margin:.3rem 0;font-size:.875rem}
        .key{display:inline-block;width:.8rem;height:.8rem;margin-right:.4rem;border-radius:2px;print-color-adjust:exact}
        :target{outline:2px solid var(--link);outline-offset:2px}
        :focus-visible{outline:2px solid var(--link);outline-offset:2px}
        footer{margin-top:3rem;border-top:1px solid var(--line);color:var(--soft);font-size:.875rem}
        @media print{body{max-width:none;padding:0;font-size:10pt}.wide{overflow:visible}a{color:inherit;text-decoration:none}\
        h2{break-after:avoid}tr,.tiles li,.chart{break-inside:avoid}thead{display:table-header-group}.skip{display:none}\
        table{font-size:8pt}svg{max-width:100%;height:auto}rect{print-color-adjust:exact}}
        """
}
