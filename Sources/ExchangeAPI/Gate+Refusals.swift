internal import Access
internal import CreditModel
internal import CreditStore
internal import HTTPTypes

/// Who is not let in is written down, too.
extension Gate {
    /// Notes that nothing good was shown, which anybody can do as often as he likes.
    /// - Returns: what he hears: 429 in place of 401 where he tried too often.
    func refuse(_ refusal: Refusal, _ endpoint: String, _ inquiry: Inquiry) -> Problem {
        let wait = inquiry.address.map { attempts.failuresByAddress.admit($0, at: inquiry.moment) } ?? 0
        let problem = wait > 0 ? Problem.tooManyFailures(after: wait) : .unauthorised(refusal.challenge(realm: realm))
        note(problem, reason: "\(refusal)", nil, endpoint, inquiry)
        return problem
    }

    /// Notes that a client asked more than it may: of that, too, there can be any number.
    func refuse(_ caller: Caller, after seconds: Int, _ endpoint: String, _ inquiry: Inquiry) -> Problem {
        let problem = Problem.tooMany(after: seconds)
        note(problem, reason: problem.name, caller, endpoint, inquiry)
        return problem
    }

    /// Writes down what a client asked and was not granted: these count against its limits, so each has an entry.
    func refuse(_ caller: Caller, _ problem: Problem, _ endpoint: String, _ inquiry: Inquiry) -> Problem {
        var entry = QueryEntry(id: inquiry.id, caller: caller, endpoint: endpoint, status: problem.status.code)
        if let name = inquiry.segments["id"] { entry.asked = [.unknown(name, secret: secret)] }
        entry.sections = []
        entry.purpose = inquiry.headers[.purpose].flatMap { Purpose($0) }
        entry.refusal = problem.name
        // Nothing is told by a refusal: it stands, too, where it cannot be written down.
        _ = journal.append(JournalRecord(entry), at: inquiry.moment)
        return problem
    }

    /// Notes that no token was given.
    func note(_ error: OAuthError, _ inquiry: Inquiry) {
        let kind = RefusalTally.Kind(
            client: error.client,
            credential: "",
            endpoint: "token",
            status: error.status,
            reason: error.reason.isEmpty ? error.code.rawValue : error.reason
        )
        refusals.note(kind, id: inquiry.id, at: inquiry.moment)
    }

    private func note(_ problem: Problem, reason: String, _ caller: Caller?, _ endpoint: String, _ inquiry: Inquiry) {
        let kind = RefusalTally.Kind(
            client: caller?.id,
            credential: caller?.credential ?? "",
            endpoint: endpoint,
            status: problem.status.code,
            reason: reason
        )
        refusals.note(kind, id: inquiry.id, at: inquiry.moment)
    }

    /// Writes down what was refused in minutes that are over; now and then, beside whoever answers.
    ///
    /// - Parameters:
    ///   - moment: POSIX milliseconds.
    ///   - isLast: whether nobody is answered any more.
    package func settleRefusals(at moment: Int64, isLast: Bool = false) { refusals.settle(at: moment, isLast: isLast) }
}

extension Problem {
    static func tooManyFailures(after seconds: Int) -> Problem {
        Problem(
            .tooManyRequests,
            "too-many-failures",
            Wording("Too many failed attempts", "失败的尝试过多"),
            Wording(
                "From this address too many requests came without a valid key, token or secret; ask again after "
                    + "\(seconds) seconds.",
                "此地址发来的无有效密钥、令牌或密码的请求过多，请在 \(seconds) 秒后重试。"
            ),
            headers: [.retryAfter: "\(seconds)"]
        )
    }
}
