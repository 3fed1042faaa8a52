internal import CreditModel
internal import CreditStore
internal import Derivation
internal import ExchangeAPI
internal import Publication
internal import ServiceKit
internal import Signing

/// The two axes of time on which a profile may be asked for, as they stand on a command line.
struct PastTimes {
    let asOf: Day?
    let knownAt: LocalTime?

    /// - Throws: ``CommandError`` where one cannot be read or lies in the future.
    init(asOf day: String?, knownAt moment: String?, now: Int64) throws(CommandError) {
        asOf = try day.map { text throws(CommandError) in
            guard let day = Day(text) else {
                throw CommandError("--as-of must be a day, such as 2018-06-01.", exit: .usage)
            }
            guard day <= LocalTime(posix: now).day else {
                throw CommandError("--as-of \(day) lies in the future: nothing can have been true then.", exit: .usage)
            }
            return day
        }
        knownAt = try moment.map { text throws(CommandError) in
            guard let moment = LocalTime(moment: text) else {
                throw CommandError(
                    "--known-at must be a moment, such as 2018-06-01T10:00:00+08:00; without a zone it is Shanghai's time.",
                    exit: .usage
                )
            }
            guard moment.posix <= now else {
                throw CommandError("--known-at \(moment) lies in the future: nobody was answered yet.", exit: .usage)
            }
            return moment
        }
    }

    /// Whether the present is asked for.
    var isPresent: Bool { asOf == nil && knownAt == nil }

    /// Which axes are used, in plain words.
    func sentence(in language: Language) -> String {
        switch (asOf, knownAt) {
        case (let day?, let moment?):
            language.word(
                "按 \(moment.spaced)（北京时间）已知的信息，\(day) 当日的情况；不是现在的档案。",
                "What was true on \(day), by what was known at \(moment.spaced) (Shanghai). Not the present profile."
            )
        case (let day?, nil):
            language.word(
                "按现在已知的信息，\(day) 当日的情况；不是现在的档案。",
                "What was true on \(day), by what is known now. Not the present profile."
            )
        case (nil, let moment?):
            language.word(
                "\(moment.spaced)（北京时间）当时的答复，原样。",
                "What was answered at \(moment.spaced) (Shanghai), unchanged."
            )
        case (nil, nil): ""
        }
    }
}

/// A profile of the past, found.
struct PastProfile {
    /// Canonical JSON of the pure profile.
    let profile: [UInt8]
    /// What `--json` prints.
    let json: [UInt8]
    /// The flattened JWS; signed when asked for where it was never given before.
    let document: () throws -> [UInt8]
}

extension Installation {
    /// What was true on a day, what was answered at a moment, or both.
    /// - Throws: ``CommandError`` where that is nothing, or several.
    func pastProfile(of text: String, _ times: PastTimes) throws -> PastProfile {
        if let day = times.asOf { return try profile(of: text, asOf: day, knownAt: times.knownAt) }
        let signed = try answer(about: text, at: times.knownAt ?? LocalTime(posix: Now.posix))
        let payload = try SignedDocument(parsing: signed.document).unverifiedPayload
        let profile = Array(try Envelope.read(payload).profile)
        return PastProfile(profile: profile, json: profile) { signed.document }
    }

    private func answer(about text: String, at moment: LocalTime) throws -> SignedProfile {
        let names = PastNames(store: store, digest: Self.sha256)
        var answer = try names.answer(about: AskedName(text), at: moment.posix)
        if case .moved(let id) = answer { answer = try names.answer(about: AskedName(id.text), at: moment.posix) }
        switch answer {
        case .served(let signed): return signed
        case .several(let ids): throw Self.ambiguous(AskedName(text).code, ids.map(\.text))
        case .nothing, .moved:
            throw CommandError(
                "At \(moment.spaced) nothing was known for certain by “\(Terminal.plain(text))”. That is no clean record.",
                exit: .nothingFound
            )
        }
    }

    private func profile(of text: String, asOf day: Day, knownAt moment: LocalTime?) throws -> PastProfile {
        let retrospect = try Retrospect(store: store, secret: secret())
        var told = Told<DatedProfile>.moved(try id(of: text, at: moment))
        // One step to the id of then; the bound is for a damaged store.
        for _ in 0..<3 {
            guard case .moved(let id) = told else { break }
            told = try retrospect.profile(of: id, asOf: day, knownAt: moment?.posix)
        }
        switch told {
        case .told(let profile):
            let json = DatedEnvelope.unsigned(profile)
            return PastProfile(profile: profile.bytes, json: json) {
                try publisher.signedDocument(of: profile, at: Now.posix)
            }
        case .nothingTrue(let id):
            throw CommandError(
                "\(id) is known, but everything that is known of it begins only after \(day).",
                exit: .nothingFound
            )
        case .nothingKnown, .moved:
            let when = moment.map { "was known at \($0.spaced)" } ?? "is known any more"
            throw CommandError(
                "Nothing \(when) of “\(Terminal.plain(text))”. That is no clean record.",
                exit: .nothingFound
            )
        }
    }

    private func id(of text: String, at moment: LocalTime?) throws -> EnterpriseID {
        if let id = AskedName(text).id { return id }
        return try moment.map { try answer(about: text, at: $0).id } ?? enterprise(named: text)
    }
}
