internal import Access
internal import AgencySimulator
internal import CreditModel

/// What a person is told when a sandbox begins to answer.
struct SandboxPage {
    let opened: OpenedSandbox
    /// Where it answers.
    let address: String

    var text: String {
        let key = opened.clients.lazy.compactMap { if case .key(let text) = $0.proof { text } else { nil } }.first ?? ""
        let day = opened.sandbox.day
        return """

            SANDBOX: all data is invented, the agencies have \(day). It lies in \(opened.sandbox.folder.path); delete it at will.

            \(clients)

            \(enterprises)

            Try: curl -H 'Authorization: Bearer \(key)' -H 'Suixin-Purpose: dispute' \(address)/v1/enterprises/\(active)
            Let something happen: POST \(address)/v1/sandbox/acts {"act":"penalise","enterprise":"\(active)"}
            What there is: GET \(address)/v1/sandbox
            """
    }

    private var active: String { TestEnterprise.all.first?.uscc ?? "" }

    private var clients: String {
        let rows = opened.clients.map { client in
            let proof =
                switch client.proof {
                case .key(let text), .secret(let text): text
                case .privateKey: "private key in credentials.json"
                }
            return [client.name, client.id.text, proof]
        }
        return Terminal.table([["client", "id", "key, secret"]] + rows)
    }

    private var enterprises: String {
        let rows = TestEnterprise.all.map { [$0.name, $0.asked, $0.shows] }
        let unknown = ["unknown", TestEnterprise.unknownCode, "404 with a signed absence"]
        return Terminal.table([["enterprise", "ask for", "what you get"]] + rows + [unknown])
    }
}
