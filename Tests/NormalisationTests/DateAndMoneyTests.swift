import CreditModel
import Normalisation
import Testing

@Suite("Dates and amounts")
struct DateAndMoneyTests {
    @Test(
        "Every form of a day is that day",
        arguments: [
            "2014-09-01", "2014-9-1", "2014/09/01", "2014/9/1", "2014.9.1", "2014.09.01", "2014年9月1日", "2014年09月01日",
            "20140901",
            "2014-09-01 00:00:00", "2014-9-1 9:51:52", "2014-09-01T18:03:11+08:00", "2014-09-01 00:00:00.0",
            "20140901093000",
            "２０１４－０９－０１", "２０１４年９月１日", " 2014-09-01 ", "2014-09-01 09:30", "20140901 09:30:00", "2014年9月1日 09:30",
            "2014 年 9 月 1 日",
            "2014—9—1",
        ]
    )
    func days(raw: String) { #expect(Normalise.date(raw) == .date(.day(Day(number: 16314)))) }

    @Test("Months and years keep their precision")
    func months() {
        for raw in ["201409", "2014-09", "2014-9", "2014/9", "2014年9月", "2014.09"] {
            #expect(Normalise.date(raw) == .date(.month(year: 2014, month: 9)), "\(raw)")
        }
        for raw in ["2014", "2014年", "２０１４"] { #expect(Normalise.date(raw) == .date(.year(2014)), "\(raw)") }
    }

    @Test(
        "Stand-ins for no date",
        arguments: [
            "", "null", "暂无", "\\n", "00000000", "0000-00-00", "0000-00-00 00:00:00", "1900-1-1", "1900-01-01",
            "19000101", "1900/1/1", "0001-01-01",
        ]
    )
    func none(raw: String) { #expect(Normalise.date(raw) == .none) }

    @Test(
        "Stand-ins for no end",
        arguments: [
            "9999-9-9", "9999-09-09", "99991231", "9999-12-31", "9999年12月31日", "2099-12-31", "20991231", "2099/12/31",
            "长期", "无处罚期限", "无固定期限",
        ]
    )
    func open(raw: String) {
        #expect(Normalise.date(raw) == .open)
        #expect(Normalise.date(raw).date == .open)
    }

    @Test(
        "What is no date is not guessed",
        arguments: [
            "2014-02-30", "20140230", "2014-13-01", "201413", "2014-9", "14-9-1", "140901", "9/1/2014", "2014-09-01-02",
            "2014-09-01x",
            "2014-09-01 25:00", "2014/09-01", "2014091", "20140901123", "0214-09-01", "昨天", "2014-09-01T", "-2014",
            "41883",
        ].filter { $0 != "2014-9" }
    )
    func unreadable(raw: String) { #expect(Normalise.date(raw) == .unreadable) }

    @Test(
        "Amounts are exact",
        arguments: [
            ("50.000000", MoneyUnit.tenThousandYuan, "500000"), ("0.2", .tenThousandYuan, "2000"),
            ("5,000,000.00", .yuan, "5000000"),
            ("5,000,000", .yuan, "5000000"), ("0.000001", .tenThousandYuan, "0.01"),
            ("123456789012345678901234.5678", .yuan, "123456789012345678901234.5678"),
            ("0", .tenThousandYuan, "0"), ("-0.00", .yuan, "0"), ("-12.50", .yuan, "-12.5"), ("007", .yuan, "7"),
            (".5", .yuan, "0.5"),
            ("１００．５０", .yuan, "100.5"), (" 1 000 ", .yuan, "1000"), ("1.0E7", .yuan, "10000000"),
            ("1.5e-1", .tenThousandYuan, "1500"),
            ("500万元", .tenThousandYuan, "5000000"), ("¥12.30", .yuan, "12.3"), ("¥12.30", .tenThousandYuan, "123000"),
            ("人民币500元整", .yuan, "500"),
            ("0.1", .yuan, "0.1"), ("1，000", .yuan, "1000"), ("12345.6789", .tenThousandYuan, "123456789"),
            ("100", .tenThousandYuan, "1000000"),
        ]
    )
    func amounts(raw: String, unit: MoneyUnit, amount: String) {
        #expect(Normalise.money(raw, in: unit) == .money(Money(amount: amount, currency: "CNY")))
    }

    @Test(
        "A unit in the text counts in a column of any unit",
        arguments: [
            ("10000元", "10000"), ("10,000.00 圆整", "10000"), ("人民币10000元", "10000"), ("50万元", "500000"),
            ("50万", "500000"), ("５０万元", "500000"), ("50万元人民币", "500000"), ("0.5万圆", "5000"), ("1亿元", "100000000"),
            ("1.2亿", "120000000"), ("500万美元", "5000000"), ("-3元", "-3"),
        ],
        [MoneyUnit.yuan, .tenThousandYuan]
    )
    func ownUnits(text: (raw: String, amount: String), unit: MoneyUnit) {
        #expect(Normalise.money(text.raw, in: unit).money?.amount == text.amount)
    }

    @Test("A currency behind the number leaves the column its unit")
    func currencyIsNoUnit() {
        #expect(Normalise.money("500美元", in: .tenThousandYuan, currency: "USD").money?.amount == "5000000")
        #expect(Normalise.money("500人民币", in: .tenThousandYuan).money?.amount == "5000000")
    }

    @Test(
        "What is no amount is not guessed",
        arguments: [
            "abc", "1,00", "1,0000", "1.2.3", "12-3", "五百", "1e999", "e5", ".", "-", "--5", "1,,000", "NaN", "0x10",
            "+-1",
        ]
    )
    func unreadableAmounts(raw: String) {
        let reading = Normalise.money(raw, in: .yuan)
        #expect(reading == (raw == "-" ? .none : .unreadable))
    }

    @Test("Nothing is no amount; another currency is kept")
    func currencies() {
        #expect(Normalise.money("暂无", in: .yuan) == .none)
        #expect(Normalise.money("1", in: .yuan, currency: "USD").money == Money(amount: "1", currency: "USD"))
        #expect(Normalise.currency("156") == "CNY")
        #expect(Normalise.currency("人民币元") == "CNY")
        #expect(Normalise.currency("999") == "999")
        #expect(Normalise.currency("null") == nil)
    }

    @Test("Whole numbers")
    func numbers() {
        #expect(Normalise.number("2014") == 2014)
        #expect(Normalise.number(" ２０１４ ") == 2014)
        #expect(Normalise.number("1,234") == 1234)
        #expect(Normalise.number("3.0") == 3)
        for raw in ["", "无", "3.5", "x", "99999999999999999999"] { #expect(Normalise.number(raw) == nil) }
    }
}
