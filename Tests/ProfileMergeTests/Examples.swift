import CreditModel

/// Enterprises as the agencies describe them.
enum Examples {
    static let name = "广州市越秀区恒通机电设备有限公司"

    static var registration: Row {
        Row(.registration, "440104000012018031200045", name: name).saying(
            [
                named(name, original: "广州市越秀区恒通机电设备有限公司 "),
                Fact("registration.type", .code("1130", label: "有限责任公司(自然人投资或控股)")),
                Fact("registration.legalRepresentative", .text("欧阳建国")),
                Fact("registration.address", .text("广州市越秀区环市东路368号1203房")),
                Fact("registration.district", .code("440104", label: "越秀区")),
                Fact("registration.capital", .money(Money(amount: "5000000", currency: "CNY")), original: "500.000000"),
                Fact("registration.established", .date(.day(someDay.adding(days: -5000)))),
                Fact("registration.operatingTo", .date(.open), original: "9999-9-9"),
                Fact("registration.scope", .text("机电设备安装服务;机械配件批发;五金产品零售;电气设备修理;商品批发贸易(许可审批类商品除外)")),
                Fact("registration.industry", .code("5179", label: nil)),
                Fact("registration.state", .code("K", label: "开业")),
                Fact("registration.authority", .text("广州市越秀区工商行政管理局")),
                Fact("registration.approved", .date(.day(someDay.adding(days: -400)))),
            ],
            from: "2017-04-27",
            modified: "2017-04-28"
        )
    }

    static var organisation: Row {
        Row(.ZZJGDM, "712345672", name: name).saying(
            [
                named(name), Fact("registration.legalRepresentative", .text("欧阳建国")),
                Fact("registration.address", .text("广州市越秀区环市东路368号1203")),
                Fact("quality.organisationType", .text("企业法人")),
                Fact("quality.codeIssued", .date(.day(someDay.adding(days: -900)))),
                Fact("quality.codeValidTo", .date(.day(someDay.adding(days: 560)))),
                Fact("quality.codeState", .code("有效", label: nil)),
            ],
            from: "2015-12-14",
            to: "2019-12-13",
            modified: "2015-12-20"
        )
    }

    static var taxpayer: Row {
        Row(.NSRXX, "440104712345672", name: name).saying(
            [
                named("广州越秀区恒通机电设备有限公司"), Fact("registration.legalRepresentative", .text("欧阳建国")),
                Fact("tax.registered", .date(.day(someDay.adding(days: -4900)))),
                Fact("tax.state", .code("03", label: "正常")),
                Fact("tax.authority", .text("广州市越秀区国家税务局")), Fact("tax.authorityCode", .text("14401040000")),
                Fact("tax.generalTaxpayer", .code("Y", label: "一般纳税人")),
            ],
            from: "2005-01-01",
            modified: "2016-03-02"
        )
    }

    static var lists: [Row] {
        [
            Row(.NSRXYDJ, "440104712345672|2016").saying(
                [
                    Fact("year", .date(.year(2016))), Fact("grade", .code("B", label: nil)),
                    Fact("authority", .text("广州市国家税务局")),
                ],
                from: "2016",
                to: "2016"
            ),
            Row(.NSRXYDJ, "440104712345672|2017").saying(
                [
                    Fact("year", .date(.year(2017))), Fact("grade", .code("A", label: nil)),
                    Fact("authority", .text("广州市国家税务局")),
                ],
                from: "2017",
                to: "2017"
            ),
            Row(.abnormal, "YC0001").saying(
                [
                    Fact("reason", .code("1", label: "未按期公示年度报告")), Fact("listedBy", .text("广州市越秀区工商行政管理局")),
                    Fact("removedBy", .text("广州市越秀区工商行政管理局")),
                ],
                from: "2016-07-08",
                to: "2016-11-01"
            ),
            Row(.penalty, "穗工商越处字〔2017〕33号|广州市越秀区工商行政管理局").saying(
                [
                    Fact("decisionNumber", .text("穗工商越处字〔2017〕33号"), original: "穗工商越处字(2017)33号"),
                    Fact("violation", .text("虚假宣传")), Fact("kinds", .list(["罚款"])),
                    Fact("fine", .money(Money(amount: "20000", currency: "CNY")), original: "2"),
                    Fact("authority", .text("广州市越秀区工商行政管理局")), Fact("severity", .code("2", label: "一般")),
                ],
                from: "2017-09-30"
            ),
            Row(.SCXKZ, "（粤）XK0600112345").saying(
                [
                    Fact("number", .text("（粤）XK0600112345")), Fact("product", .text("电线电缆")),
                    Fact("state", .code("有效", label: nil)), Fact("authority", .text("广东省质量技术监督局")),
                ],
                from: "2014-08-01",
                to: "2019-07-31"
            ),
            Row(.JDCC, "GC2017-1188", role: .producer).saying(
                [
                    Fact("number", .text("GC2017-1188")), Fact("level", .code("国抽", label: nil)),
                    Fact("product", .text("电源线")),
                    Fact("result", .code("不合格", label: nil)), Fact("failedItems", .text("绝缘厚度")),
                ],
                from: "2017-12-05"
            ),
            Row(.shop, "WD88").saying(
                [
                    Fact("year", .date(.year(2017))), Fact("kind", .code("2", label: "网店")),
                    Fact("name", .text("恒通机电旗舰店")),
                ],
                from: "2017",
                to: "2017"
            ),
        ]
    }

    static var localTaxpayer: Row {
        Row(.nsr, "440104712345672", name: name).saying(
            [
                named(name), Fact("registration.legalRepresentative", .text("欧阳建国")),
                Fact("tax.registered", .date(.day(someDay.adding(days: -4900)))),
                Fact("tax.state", .code("03", label: "正常")), Fact("tax.authority", .text("广州市越秀区地方税务局")),
            ],
            from: "2005-01-01",
            modified: "2015-03-02"
        )
    }

    /// Ten records, as a usual enterprise has.
    static var usual: [Row] {
        let grades = (2014...2017).map { year in
            Row(.NSRXYDJ, "440104712345672|\(year)").saying(
                [
                    Fact("year", .date(.year(year))), Fact("grade", .code("B", label: nil)),
                    Fact("authority", .text("广州市国家税务局")),
                ],
                from: "\(year)",
                to: "\(year)"
            )
        }
        let change = Row(.alteration, "440104000012018031200045|法定代表人变更|2017-04-27").saying(
            [
                Fact("item", .code("法定代表人变更", label: nil)), Fact("before", .text("何志强")), Fact("after", .text("欧阳建国")),
            ],
            from: "2017-04-27"
        )
        return [registration, organisation, taxpayer, localTaxpayer, change, lists[6]] + grades
    }

    /// Ten records, one in nearly every section.
    static var rich: [Row] { [registration, organisation, taxpayer] + lists }

    static let codes = [
        Code(.uscc, "914401047123456723"), Code(.org, "712345672"), Code(.regno, "440104000012345"),
        Code(.tax, "440104712345672"),
    ]

    /// An enterprise with very many records in every section.
    static func vast(_ count: Int) -> [Row] {
        var rows = [registration, organisation]
        for number in 0..<count {
            let name = "广州市第\(number)机电设备有限公司"
            let day = Day(number: Int32(10_000 + number)).description
            switch number % 5 {
            case 0:
                rows.append(
                    Row(.NSRXX, "T\(number)").saying(
                        [named(name), Fact("tax.state", .code("03", label: nil))],
                        from: day
                    )
                )
            case 1: rows.append(Row(.CCC, "C\(number)").saying([Fact("number", .text("C\(number)"))], from: day))
            case 2:
                rows.append(
                    Row(.penalty, "文\(number)号|某局").saying(
                        [
                            Fact(
                                "facts",
                                .text(String(repeating: "事", count: number % 50 * 10 + (number == 2 ? 60_000 : 0)))
                            )
                        ],
                        from: day
                    )
                )
            case 3:
                rows.append(
                    Row(.alteration, "P|x|\(number)").saying([Fact("item", .code("经营范围变更", label: nil))], from: day)
                )
            default:
                rows.append(Row(.JDCC, "J\(number)", role: .seller).saying([Fact("product", .text("线"))], from: day))
            }
        }
        return rows
    }
}
