//! Links to other hosts: asked politely, one request a host at a time, and remembered.
//!
//! Addresses come out of articles, which are not trusted: hosts of this machine and of private networks
//! are not asked, on the way of a redirect neither.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::diag::{Diag, Place};

/// How other hosts are treated.
#[derive(Clone, Debug)]
pub struct Manners {
    /// Between two requests to one host.
    pub pause: Duration,
    /// How long an answer is waited for.
    pub patience: Duration,
    /// Ask hosts of this machine and of private networks too: for tests.
    pub private: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self { pause: Duration::from_secs(1), patience: Duration::from_secs(15), private: false }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Links to other hosts.
    pub links: usize,
    /// Asked now.
    pub asked: usize,
    /// Known from before.
    pub known: usize,
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Outcome {
    Fine,
    /// It is not there, the host says.
    Gone(String),
    /// It may be there for others, or later.
    Unsure(String),
    /// It is nobody's business but the asker's.
    Refused(String),
}

impl Outcome {
    /// For how many seconds it is believed.
    fn lasts(&self) -> i64 {
        match self {
            Self::Fine => 7 * 86_400,
            Self::Gone(_) => 86_400,
            Self::Unsure(_) => 3_600,
            Self::Refused(_) => 0,
        }
    }

    fn diag(&self, url: &str, place: Place) -> Option<Diag> {
        match self {
            Self::Fine => None,
            Self::Gone(why) => Some(crate::diag::external_link(place, url, why, true)),
            Self::Unsure(why) | Self::Refused(why) => {
                Some(crate::diag::external_link(place, url, why, false))
            }
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Known {
    /// When it was asked, seconds since 1970.
    at: i64,
    outcome: Outcome,
}

/// Asks for each address what is not known of it, and complains of what does not work. `now` is in
/// seconds since 1970.
#[must_use]
pub fn ask(site: &Path, links: &BTreeMap<String, Place>, manners: &Manners, now: i64) -> (Tally, Vec<Diag>) {
    use crate::store::Store as _;
    /// Within the site.
    const PATH: &str = ".newsprint/links.json";
    let bytes = crate::disk::Dir::new(site).read(PATH).ok().flatten().map(|(bytes, _)| bytes);
    let mut known: BTreeMap<String, Known> =
        bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let is_fresh = |known: &Known| (0..known.outcome.lasts()).contains(&(now - known.at));
    let mut hosts: BTreeMap<String, Vec<&String>> = BTreeMap::new();
    for url in links.keys().filter(|url| !known.get(*url).is_some_and(is_fresh)) {
        let host = url.split("://").nth(1).and_then(|rest| rest.split(['/', '?']).next()).unwrap_or("");
        hosts.entry(host.to_lowercase()).or_default().push(url);
    }
    let asked: usize = hosts.values().map(Vec::len).sum();
    let mut diags = Vec::new();
    match ask_hosts(hosts, manners) {
        Ok(answers) => {
            known.extend(answers.into_iter().map(|(url, outcome)| (url, Known { at: now, outcome })));
        }
        Err(diag) => diags.push(diag),
    }
    for (url, place) in links {
        diags.extend(known.get(url).and_then(|known| known.outcome.diag(url, place.clone())));
    }
    // Plain data.
    let bytes = serde_json::to_vec_pretty(&known).unwrap_or_default();
    diags.extend(crate::disk::replace(&site.join(PATH), &bytes, crate::disk::Durability::Kill).err());
    (Tally { links: links.len(), asked, known: links.len() - asked }, diags)
}

#[cfg(not(feature = "external"))]
fn ask_hosts(_: BTreeMap<String, Vec<&String>>, _: &Manners) -> Result<Vec<(String, Outcome)>, Diag> {
    Err(crate::diag::usage("this newsprint was built without the feature `external`"))
}

#[cfg(feature = "external")]
use network::ask_hosts;

#[cfg(feature = "external")]
mod network {
    use std::collections::BTreeMap;
    use std::net::{IpAddr, Ipv4Addr, SocketAddr};

    use futures_util::StreamExt;
    use reqwest::{Client, Method, StatusCode, Url, header, redirect};

    use super::{Manners, Outcome};
    use crate::diag::{self, Diag};

    /// Hosts that are asked at the same time.
    const HOSTS: usize = 8;
    /// Redirects that are followed.
    const HOPS: usize = 5;

    /// Asks host by host.
    pub(super) fn ask_hosts(
        hosts: BTreeMap<String, Vec<&String>>,
        manners: &Manners,
    ) -> Result<Vec<(String, Outcome)>, Diag> {
        let failed = |error: std::io::Error| diag::io("--external", "start asking", &error);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(failed)?;
        let ask = |urls: Vec<&String>| {
            let urls: Vec<String> = urls.into_iter().cloned().collect();
            async move {
                let mut answers = Vec::with_capacity(urls.len());
                for (at, url) in urls.into_iter().enumerate() {
                    if at > 0 {
                        tokio::time::sleep(manners.pause).await;
                    }
                    let outcome = ask_one(&url, manners).await;
                    answers.push((url, outcome));
                }
                answers
            }
        };
        let all = futures_util::stream::iter(hosts.into_values().map(ask)).buffer_unordered(HOSTS);
        Ok(runtime.block_on(all.collect::<Vec<_>>()).into_iter().flatten().collect())
    }

    async fn ask_one(url: &str, manners: &Manners) -> Outcome {
        let Ok(mut url) = Url::parse(url) else { return Outcome::Gone("this is no address".to_owned()) };
        for _ in 0..=HOPS {
            match step(&url, manners).await {
                Ok(next) => url = next,
                Err(outcome) => return outcome,
            }
        }
        Outcome::Gone(format!("it sends on more than {HOPS} times"))
    }

    /// One request: the end, or where it sends on to.
    async fn step(url: &Url, manners: &Manners) -> Result<Url, Outcome> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Outcome::Refused("it sends on to an address that is not of the web".to_owned()));
        }
        let client = client(url, manners).await?;
        let send = async |method: Method| {
            let answer = client.request(method, url.clone()).send().await;
            answer.map_err(|error| {
                let why = if error.is_timeout() { "no answer in time" } else { "no connection" };
                Outcome::Unsure(why.to_owned())
            })
        };
        let mut answer = send(Method::HEAD).await?;
        // Some servers know no HEAD, or answer it wrongly.
        if answer.status().is_client_error() || answer.status() == StatusCode::NOT_IMPLEMENTED {
            tokio::time::sleep(manners.pause).await;
            answer = send(Method::GET).await?;
        }
        let status = answer.status();
        if status.is_redirection() {
            let to = answer.headers().get(header::LOCATION).and_then(|to| to.to_str().ok());
            return to
                .and_then(|to| url.join(to).ok())
                .ok_or_else(|| Outcome::Unsure(format!("{status} without an address")));
        }
        Err(match status {
            status if status.is_success() => Outcome::Fine,
            StatusCode::NOT_FOUND | StatusCode::GONE => Outcome::Gone(status.to_string()),
            status => Outcome::Unsure(status.to_string()),
        })
    }

    /// A client that connects to the addresses that were looked at, and to no other.
    async fn client(url: &Url, manners: &Manners) -> Result<Client, Outcome> {
        let host = url.host_str().unwrap_or("").trim_matches(['[', ']']).to_owned();
        let port = url.port_or_known_default().unwrap_or(443);
        let found = tokio::net::lookup_host((host.as_str(), port)).await;
        let addresses: Vec<SocketAddr> =
            found.map_err(|_| Outcome::Unsure("there is no such host".to_owned()))?.collect();
        if !manners.private && !addresses.iter().all(|address| is_public(address.ip())) {
            return Err(Outcome::Refused(
                "the host is on this machine or a private network: not asked".to_owned(),
            ));
        }
        Client::builder()
            .user_agent(concat!("newsprint-check/", env!("CARGO_PKG_VERSION")))
            .redirect(redirect::Policy::none())
            .no_proxy()
            .timeout(manners.patience)
            .resolve_to_addrs(&host, &addresses)
            .build()
            .map_err(|_| Outcome::Unsure("no client for it".to_owned()))
    }

    /// Whether an address is on the public internet.
    fn is_public(ip: IpAddr) -> bool {
        match ip {
            IpAddr::V4(ip) => is_public_v4(ip),
            IpAddr::V6(ip) => match ip.to_ipv4_mapped() {
                Some(ip) => is_public_v4(ip),
                None => {
                    let first = ip.segments()[0];
                    // Global unicast, without the bridges to IPv4 (NAT64 and 6to4).
                    (0x2000..0x4000).contains(&first) && first != 0x2002
                }
            },
        }
    }

    fn is_public_v4(ip: Ipv4Addr) -> bool {
        let [a, b, c, _] = ip.octets();
        !(ip.is_loopback()
            || ip.is_private()
            || ip.is_link_local()
            || ip.is_documentation()
            || a == 0
            || a >= 224
            || a == 100 && (64..128).contains(&b)
            || a == 192 && b == 0 && c == 0
            || a == 198 && (18..20).contains(&b))
    }

    #[cfg(test)]
    mod tests {
        use super::is_public;

        #[test]
        fn private_networks_are_known() {
            let public = |text: &str| is_public(text.parse().expect(text));
            for ip in ["1.1.1.1", "93.184.216.34", "2606:4700::1111"] {
                assert!(public(ip), "{ip}");
            }
            for ip in [
                "127.0.0.1",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "198.18.0.1",
                "::1",
                "::",
                "fe80::1",
                "fd00::1",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "ff02::1",
            ] {
                assert!(!public(ip), "{ip}");
            }
        }
    }
}
