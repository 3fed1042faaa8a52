import AdapterKit
import CreditModel
import Normalisation

extension FuzzSurface {
    /// Identifiers, dates, amounts and texts as agencies write them; the first byte chooses which.
    static let values = FuzzSurface(
        name: "values",
        title: "A text as an identifier, a date, an amount or a name: what is read reads back as itself",
        mostBytes: 96,
        words: {
            [
                "91440101", "440106", "MA59ABCD", "L", "X", "*", "-", "长期", "年", "月", "日", "9999-9-9", "2018-02-29",
                "T",
                "+08:00", "20180101", "万元", "亿", "元", "人民币", "1,234.50", "5.0E7", "e-60", "null", "暂无", "（", "）",
                "〔2018〕", "·",
                "；", "\u{3000}", "\u{200B}", "\u{FEFF}", "\u{301}", "０", "Ａ", "sx", "|", "\\",
            ]
        },
        seeds: { _ in
            let texts = [
                "914401017000000870", "70000008-7", "440100000000012", "440106712345672", "11010519491231002X",
                "4401061234567890",
                "2003/5/6", "2018年1月2日 10:30", "20180102103000", "12,345.60万元", "人民币5.0E7元", "２０１８－０１－０２", "广州(天河)有限公司",
                " 张 三 ", "穗工商处字[2018]第1号", "2018-01-01T00:00:00+08:00", "警告；罚款;没收", "a\\|b|c", "sx0123456789abcdefghjk",
            ]
            return texts.enumerated().flatMap { index, text in
                (0..<ValueCheck.count).map { check in
                    FuzzSeed(name: "\(index)-\(check)", bytes: [UInt8(check)] + Array(text.utf8))
                }
            }
        },
        run: { bytes in
            var input = FuzzInput(bytes)
            try ValueCheck.run(input.byte(), String(decoding: input.rest, as: UTF8.self))
        }
    )
}

/// What must hold of texts: parsed, written, parsed again they are the same.
private enum ValueCheck {
    static let count = 8

    static func run(_ number: UInt8, _ text: String) throws(FuzzViolation) {
        switch Int(number) % count {
        case 0: try identifiers(text)
        case 1: try codes(text)
        case 2: try date(text)
        case 3: try money(text)
        case 4: try texts(text)
        case 5: try moment(text)
        case 6: try keys(text)
        default: try shown(text)
        }
    }

    private static func identifiers(_ text: String) throws(FuzzViolation) {
        if let code = UnifiedSocialCreditCode(text) {
            try hold(code.text == text && UnifiedSocialCreditCode(code.text) == code, "USCC \(text)")
            let read = Normalise.code(text, in: .uscc).first
            let isCard = IdentityCard(text) != nil
            try hold(read?.standing == (isCard ? .misplaced : .valid), "USCC \(text) is valid but not so read")
            try hold(read?.isRestricted == isCard, "USCC \(text) is a card")
        }
        if let code = OrganisationCode(text) {
            try hold(OrganisationCode(code.text) == code, "organisation code \(text)")
            try hold(
                Normalise.code(text, in: .org).first?.code.text == code.text,
                "organisation code \(text) is read anew"
            )
        }
        if let number = RegistrationNumber(text) { try hold(number.text == text, "registration number \(text)") }
        if let number = TaxpayerNumber(text) {
            try hold(number.text == text, "tax number \(text)")
            if case .identityCard = number.form {
                try hold(number.isRestricted, "a card as tax number is not restricted")
            }
        }
        if let card = IdentityCard(text) {
            try hold(card.born != nil, "a card without a day of birth")
            try hold(!card.description.contains(text), "a card's number is shown")
        }
        if let district = District(text) { try hold(District(district.code) == district, "district \(text)") }
        if let id = EnterpriseID(text) { try hold(EnterpriseID(id.text) == id, "enterprise id \(text)") }
    }

    private static func codes(_ text: String) throws(FuzzViolation) {
        for column in [CodeColumn.uscc, .org, .regno, .tax, .orgOrUSCC] {
            let codes = Normalise.code(text, in: column)
            guard let first = codes.first else { continue }
            let again = Normalise.code(first.code.text, in: column)
            try hold(again == codes, "\(text) in \(column) is \(first.code), and that is \(again.map(\.code))")
            for code in codes { try hold(!code.code.text.isEmpty, "\(text) in \(column) gives an empty code") }
        }
    }

    private static func date(_ text: String) throws(FuzzViolation) {
        guard case .date(let date) = Normalise.date(text) else { return }
        try hold(CreditDate(date.description) == date, "\(text) is \(date), which does not read back")
        try hold(Normalise.date(date.description) == .date(date), "\(text) is \(date), which is normalised anew")
        guard let first = date.firstDay, let last = date.lastDay else { throw FuzzViolation("\(date) has no days") }
        try hold(first <= last && Day(first.description) == first, "\(date) ends before it begins")
    }

    private static func money(_ text: String) throws(FuzzViolation) {
        for unit in [MoneyUnit.yuan, .tenThousandYuan] {
            guard case .money(let money) = Normalise.money(text, in: unit) else { continue }
            try hold(RecordCheck.isPlain(money.amount), "\(text) is \(money.amount)")
            try hold(money.amount.utf8.count <= 136, "\(text) has \(money.amount.utf8.count) digits")
        }
        guard case .money(let money) = Normalise.money(text, in: .yuan), money.amount.utf8.count <= 60 else { return }
        try hold(Normalise.money(money.amount, in: .yuan) == .money(money), "\(money.amount) reads as another amount")
        if let currency = Normalise.currency(text) {
            try hold(Normalise.currency(currency) == currency, "the currency \(text) is \(currency), and that another")
        }
        if let number = Normalise.number(text) {
            try hold(Normalise.number(String(number)) == number, "number \(text)")
        }
    }

    private static func texts(_ text: String) throws(FuzzViolation) {
        let forms: [(name: String, form: (String) -> String?)] = [
            ("text", Normalise.text), ("name", Normalise.name), ("person", Normalise.person),
            ("address", Normalise.address), ("number", Normalise.documentNumber),
        ]
        for (name, form) in forms {
            guard let once = form(text) else { continue }
            try hold(!once.isEmpty && !Normalise.isNullMarker(once), "\(name) of \(text) is nothing")
            // By bytes: Swift's equality would let canonically equivalent texts pass.
            try hold(
                form(once).map { Array($0.utf8) } == Array(once.utf8),
                "\(name) of \(scalars(text)): \(scalars(once))"
            )
        }
        for part in Normalise.list(text) { try hold(Normalise.list(part) == [part], "a part of \(scalars(text))") }
    }

    private static func scalars(_ text: String) -> String {
        text.unicodeScalars.map { "\($0.value)" }.joined(separator: " ")
    }

    private static func moment(_ text: String) throws(FuzzViolation) {
        if let day = Day(text) { try hold(day.description == text, "day \(text)") }
        guard let time = LocalTime(text) else { return }
        for form in [time.description, time.spaced, time.compact] {
            try hold(LocalTime(form) == time, "\(text) as \(form)")
        }
        try hold(LocalTime(posix: time.posix) == time, "\(text) by POSIX time")
        try hold(LocalTime(time.day, secondOfDay: Int(time.secondOfDay)) == time, "\(text) by its day")
    }

    private static func keys(_ text: String) throws(FuzzViolation) {
        let key = RecordKey(text: text)
        try hold(RecordKey(text: key.text) == key, "the key \(key.text) reads as another")
        try hold(RecordKey(text: RecordKey([text, text]).text).parts == [text, text], "two parts of \(text)")
        let trimmed = KeyText.trimmed(text)
        try hold(KeyText.trimmed(trimmed) == trimmed, "\(text) is trimmed twice")
    }

    private static func shown(_ text: String) throws(FuzzViolation) {
        let shown = Redaction.text(text)
        let isClean = shown.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control || $0 == "\n" || $0 == "\t"
        }
        try hold(isClean, "what is shown holds control characters")
        try hold(
            IdentityCardScan.ranges(in: Array(shown.unicodeScalars)).isEmpty,
            "a card is shown: \(shown)"
        )
    }
}
