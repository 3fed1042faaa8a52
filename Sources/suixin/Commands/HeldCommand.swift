internal import ArgumentParser
internal import CanonicalJSON
internal import CreditModel
internal import CreditStore

/// `suixin held`: the contradictions that wait for a person.
struct HeldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "held",
        abstract: "List records that are kept apart, because what they say contradicts itself or their holder."
    )

    @OptionGroup var common: CommonOptions
    @Option(help: "How many to show; 0 for all.")
    var limit = 50

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit must not be negative.") }
    }

    func run() async throws {
        let installation = try await Installation(common.settings(), for: .reading)
        var last: RecordReference?
        var shown = 0
        while limit == 0 || shown < limit {
            let page = try installation.store.held(after: last, limit: limit == 0 ? 500 : min(500, limit - shown))
            for held in page {
                if common.json {
                    Terminal.print(
                        json: .object(held.record.members.merging(["reason": .string(held.reason.sentence)]) { $1 })
                    )
                } else {
                    let key = Terminal.redacted(held.record.key.text)
                    Terminal.print("\(held.record.dataset) \(key) (\(held.record.role)): \(held.reason.sentence)")
                }
            }
            shown += page.count
            guard let end = page.last?.record else { break }
            last = end
        }
        if shown == 0, !common.json { Terminal.print("No record is held.") }
        try tellContested(installation.store)
    }

    /// Codes that the registry gave out twice: their holders have profiles, but nothing is joined by them.
    private func tellContested(_ store: any CreditStore) throws {
        var last: String?
        var shown = 0
        while limit == 0 || shown < limit {
            let page = try store.contestedCodes(after: last, limit: limit == 0 ? 500 : min(500, limit - shown))
            for code in page {
                let holders = code.holders.map(\.text)
                if common.json {
                    Terminal.print(
                        json: .object([
                            "contested": .string(code.text), "holders": .array(holders.map { .string($0) }),
                        ])
                    )
                } else {
                    Terminal.print(
                        "\(Terminal.redacted(code.text)) is given to \(holders.joined(separator: " and ")): "
                            + "certain for none of them, and joins nothing"
                    )
                }
            }
            shown += page.count
            guard let end = page.last?.text else { return }
            last = end
        }
    }
}

extension ContradictionReason {
    var sentence: String {
        switch self {
        case .givenTwice(let code, let holders):
            "\(code.shown) is given to \(holders.joined(separator: " and "))"
        case .agreesInNothing(let code, let holder):
            "carries \(code.shown), but agrees in neither name, representative nor address with its holder \(holder)"
        case .severalHolders(let codes):
            "its identifiers name different enterprises: \(codes.map(\.shown).joined(separator: ", "))"
        case .foreignKey(let key):
            "carries the registry's key \(Terminal.redacted(key)), but agrees in neither name, representative nor address with its holder"
        }
    }
}

extension Code {
    /// Kind and text; what reads as the number of an identity card is masked, whatever kind it was taken for.
    var shown: String {
        // A registration number may look like a telephone or a card to one who does not know that it is none.
        let isPersonal = kind == .tax || IdentityCard.isLikely(Array(text.utf8)[...])
        return "\(kind) \(isPersonal ? Terminal.redacted(text) : Terminal.plain(text))"
    }
}
