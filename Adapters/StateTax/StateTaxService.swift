import AdapterKit
import CreditModel
import XMLFeed

/// The window that one question asks for, and the page of it.
struct StateTaxQuestion: Hashable {
    /// Closed.
    var from: LocalTime
    /// Open.
    var to: LocalTime
    var page = 1
    /// Whether the page is to be the widest that 国税 gives, whatever the configuration says.
    var isWidest = false
}

/// What an answer's head says.
struct StateTaxAnswer {
    /// The agency's own time.
    var now: LocalTime
    /// Rows in the window at this moment, doubled ones counted.
    var total: Int
    var pages: Int
    var items: [FeedItem]
    /// All that is outside the rows.
    var head: FeedHead

    /// What this interface has outside the rows.
    static let elements: Set<String> = [
        "head", "head/tran_id", "head/tran_seq", "head/xtsj", "head/rtn_code", "head/rtn_msg", "body", "body/TOTAL",
        "body/PAGES", "body/PAGE", "body/PAGESIZE",
    ]
}

/// The one service of 国税: writes questions, checks answers.
struct StateTaxService {
    let adapter: StateTaxAdapter
    let dataset: String
    let client: FeedClient

    /// The most rows that a page holds; a second holds no more, doubled ones not counted.
    private static let widest = 1000

    private func pageSize(of question: StateTaxQuestion) -> Int {
        question.isWidest ? Self.widest : min(Self.widest, max(1, adapter.configuration.pageSize ?? Self.widest))
    }

    func ask(_ question: StateTaxQuestion) throws(AdapterError) -> StateTaxAnswer {
        // Each try has a number of its own, so that a late answer to an earlier one is not taken for this one's.
        var sequence = ""
        let page = try client.page(shape: FeedShape(root: "service", row: "ROW")) {
            sequence = client.uuid()
            return FeedRequest(
                .post,
                "\(adapter.configuration.baseURL)/service",
                headers: [(name: "Content-Type", value: "application/xml")],
                body: body(question, sequence)
            )
        } check: { page throws(AdapterError) in
            _ = try answer(page, to: question, sequence)
        }
        return try answer(page, to: question, sequence)
    }

    private func body(_ question: StateTaxQuestion, _ sequence: String) -> [UInt8] {
        let user = PercentEncoding.xml(adapter.user)
        let password = PercentEncoding.xml(adapter.password.reveal)
        let text = """
            <?xml version="1.0" encoding="UTF-8"?>
            <service><head><tran_id>\(dataset)</tran_id><tran_seq>\(sequence)</tran_seq><user>\(user)</user>\
            <password>\(password)</password></head><body><QSSJ>\(question.from.spaced)</QSSJ><ZZSJ>\(question.to.spaced)</ZZSJ>\
            <PAGE>\(question.page)</PAGE><PAGESIZE>\(pageSize(of: question))</PAGESIZE></body></service>
            """
        return Array(text.utf8)
    }

    private func answer(
        _ page: FeedPage,
        to question: StateTaxQuestion,
        _ sequence: String
    ) throws(AdapterError) -> StateTaxAnswer {
        func text(_ path: String) -> String? { page.head.text(at: path).map(KeyText.trimmed) }
        let code = text("head/rtn_code")
        let answered = text("head/tran_seq") ?? ""
        // An error may come without the number; a number that is another's never counts.
        guard answered == sequence || answered.isEmpty && code != "0000" else {
            throw AdapterError(.malformed, "国税's answer belongs to another question and is dropped.")
        }
        try Self.check(code)
        if let id = text("head/tran_id"), id != dataset {
            throw AdapterError(.malformed, "国税's answer is about another dataset.")
        }
        guard let now = text("head/xtsj").flatMap({ LocalTime($0) }) else {
            throw AdapterError(.malformed, "国税's answer lacks its own time xtsj.")
        }
        guard let total = text("body/TOTAL").flatMap({ Int($0) }), let pages = text("body/PAGES").flatMap({ Int($0) }),
            total >= 0, pages >= 0
        else { throw AdapterError(.malformed, "国税's answer lacks TOTAL or PAGES.") }
        if let number = text("body/PAGE"), Int(number) != question.page {
            throw AdapterError(.malformed, "国税's answer is another page than the one asked for.")
        }
        if pages >= question.page, page.items.isEmpty {
            throw AdapterError(.malformed, "国税's answer lacks the rows that it counts.")
        }
        return StateTaxAnswer(now: now, total: total, pages: pages, items: page.items, head: page.head)
    }

    private static func check(_ code: String?) throws(AdapterError) {
        switch code {
        case "0000": return
        case "1001": throw AdapterError(.unauthorised, "国税 refuses user and password; set sources.statetax.")
        case "2001": throw AdapterError(.rejected, "国税 says that the window is too wide.")
        case "3001": throw AdapterError(.busy, "国税 wants fewer requests.")
        case "9999": throw AdapterError(.busy, "国税 reports an internal error.")
        default: throw AdapterError(.malformed, "国税's answer has the unknown code \(code?.prefix(20) ?? "none").")
        }
    }
}
