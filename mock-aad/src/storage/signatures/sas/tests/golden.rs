//! Tokens that unmodified SDKs made.
//!
//! The text of a version is best known by an SDK of its time: azure-storage-blob 12.3.2 (2019-07-07),
//! 12.8.1 (2020-06-12), 12.10.0 (2021-04-10), 12.19.0 (2023-11-03), 12.26.0 (2025-07-05), 12.28.0
//! (2026-02-06), 12.29.0 (2026-04-06), 12.31.1 with azure-storage-file-datalake 12.26.1 (2026-10-06).
//! The account is `lake`, its key the bytes from 0 to 63; the keys of the user follow from
//! [`super::MASTER`].

/// A token: file system and path that it is used for, then the query.
pub(super) type Golden = (&'static str, &'static str, &'static str);

/// Signed with a key of the account.
#[rustfmt::skip]
pub(super) const BY_ACCOUNT: &[Golden] = &[
    ("", "", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rwdlac&sip=10.0.0.1-10.0.0.9&spr=https&sv=2019-07-07&ss=b&srt=sco&sig=lcuJ7KXhfRWPqVPDd5Zbt4uJn1pnxVg5zGWxs78R3Ew%3D"),
    ("fs", "a/b", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=racwdl&spr=https%2Chttp&sv=2019-07-07&sr=c&rscc=no-cache&rsct=text/plain&sig=7LQV8OHZ17UYxqLPbg1gfI9%2BPZRJqMo/qUd9oaNVhys%3D"),
    ("fs", "a/ü b.txt", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2019-07-07&sr=b&rscd=attachment%3B%20filename%3D%22x%20y%22&rsce=gzip&rscl=de&sig=NdA3JGan5lMWoYUEwIJFfZx5V18iyPsCUdM6S/PKsQk%3D"),
    ("", "", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rwdlac&sip=10.0.0.1-10.0.0.9&spr=https&sv=2020-06-12&ss=b&srt=sco&sig=qpVy0nh2MybyMrtzRASeaQWUfQGsKRYQpVwO4iKqUb0%3D"),
    ("fs", "a/b", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=racwdl&spr=https%2Chttp&sv=2020-06-12&sr=c&rscc=no-cache&rsct=text/plain&sig=knldj%2BqLtGYoRbr0O7Xmq1tJyQD013ZXTlA/tYccMBs%3D"),
    ("fs", "a/ü b.txt", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2020-06-12&sr=b&rscd=attachment%3B%20filename%3D%22x%20y%22&rsce=gzip&rscl=de&sig=Cng2sroWnob8jx0OywOiBN83%2BjpOIltI2/gqU/CxTkY%3D"),
    ("", "", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rwdlac&sip=10.0.0.1-10.0.0.9&spr=https&sv=2021-04-10&ss=b&srt=sco&ses=scope1&sig=rgH3CKVTIUWsrN1ipFjEsPUjLruT6SAg/YOG5T6Tg38%3D"),
    ("fs", "a/b", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=racwdl&spr=https%2Chttp&sv=2021-04-10&sr=c&rscc=no-cache&rsct=text/plain&ses=scope1&sig=3Bss7G2o5cqXoN%2BBMw8RPoSER3MOsydXLph4B/8frbw%3D"),
    ("fs", "a/ü b.txt", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2021-04-10&sr=b&rscd=attachment%3B%20filename%3D%22x%20y%22&rsce=gzip&rscl=de&sig=GMoEslQE9zHrx9IDoU/YUMzcJDiyEsBITFiHPheOKbE%3D"),
    ("", "", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rwdlac&sip=10.0.0.1-10.0.0.9&spr=https&sv=2023-11-03&ss=b&srt=sco&ses=scope1&sig=YNIoCPrR1XNWdyZanXZvmgR8ox8IxnkFaCyxgROY06I%3D"),
    ("fs", "a/b", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=racwdl&spr=https%2Chttp&sv=2023-11-03&sr=c&rscc=no-cache&rsct=text/plain&ses=scope1&sig=TlJLZObNmIU8j58krv5ao7WXiraCcDFxI4bPJhR4fzM%3D"),
    ("fs", "a/ü b.txt", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2023-11-03&sr=b&rscd=attachment%3B%20filename%3D%22x%20y%22&rsce=gzip&rscl=de&sig=gefUBvNiRmUhDhI%2BKiR2ABu5PQlSg4AgMqr%2BNFOLOy8%3D"),
    ("", "", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rwdlac&sip=10.0.0.1-10.0.0.9&spr=https&sv=2025-07-05&ss=b&srt=sco&ses=scope1&sig=1cK5Mz0D2yl4Zj3W2fxaJPXLf1V0xleP6bvF2mIKt/U%3D"),
    ("fs", "a/b", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=racwdl&spr=https%2Chttp&sv=2025-07-05&sr=c&rscc=no-cache&rsct=text/plain&ses=scope1&sig=SRskMQhPqejGCa1BOTNZjdVi92QTfs3qmfh6%2BRQL5hU%3D"),
    ("fs", "a/ü b.txt", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2025-07-05&sr=b&rscd=attachment%3B%20filename%3D%22x%20y%22&rsce=gzip&rscl=de&sig=g7KmCbH0/C2fWQ9GB1ekL4%2BxyMQsZEQozvCEXOpWLS8%3D"),
    ("", "", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rwdlac&sip=10.0.0.1-10.0.0.9&spr=https&sv=2026-02-06&ss=b&srt=sco&ses=scope1&sig=fLksL32%2BMe/P/qguMKwZCCRWrx%2B2MPhrJq/CpeCcbTs%3D"),
    ("fs", "a/b", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=racwdl&spr=https%2Chttp&sv=2026-02-06&sr=c&rscc=no-cache&rsct=text/plain&ses=scope1&sig=PA6mVNhIb83FMQxtgi%2BFNkipfOU18y5fTUUhM/PO46U%3D"),
    ("fs", "a/ü b.txt", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2026-02-06&sr=b&rscd=attachment%3B%20filename%3D%22x%20y%22&rsce=gzip&rscl=de&sig=QXsGnAJyiWH%2BzNEyrCiW%2B/v8u5kYerl0C1YfBSMD368%3D"),
    ("", "", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rwdlac&sip=10.0.0.1-10.0.0.9&spr=https&sv=2026-04-06&ss=b&srt=sco&ses=scope1&sig=S2wVE0KToWQqbXK6lHGd9uYroYE8Vk6Dryxe9MRP7jY%3D"),
    ("fs", "a/b", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=racwdl&spr=https%2Chttp&sv=2026-04-06&sr=c&rscc=no-cache&rsct=text/plain&ses=scope1&sig=Wd/y8R/zrIoTX1LXzWtyd2%2BPAXTr2ghXl9QShSURlC4%3D"),
    ("fs", "a/ü b.txt", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2026-04-06&sr=b&rscd=attachment%3B%20filename%3D%22x%20y%22&rsce=gzip&rscl=de&sig=zaCGcwLT6ENPQm/XXd7gFUiDCVYoy1WkxWP8T8QoTrE%3D"),
    ("", "", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rwdlac&sip=10.0.0.1-10.0.0.9&spr=https&sv=2026-10-06&ss=b&srt=sco&ses=scope1&sig=bHmBsSXDIzfAMSiwvmTGzytyLUWQC041ETODod2Exxw%3D"),
    ("fs", "a/b", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=racwdl&spr=https%2Chttp&sv=2026-10-06&sr=c&rscc=no-cache&rsct=text/plain&ses=scope1&sig=PYNWxAncrt/O/t3PiuwSFhUw6zmhulzH8C8jBU3VTNE%3D"),
    ("fs", "a/ü b.txt", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2026-10-06&sr=b&rscd=attachment%3B%20filename%3D%22x%20y%22&rsce=gzip&rscl=de&sig=%2BdJ2Y67D6zIUJvHLpewOsVjJYqtXh/oQM6NjVJs4%2B8M%3D"),
    ("fs", "a/b/c.txt", "se=2030-01-05T00%3A00%3A00Z&sp=racwdlmeop&sv=2026-10-06&sr=d&sdd=2&sig=q267n/61HuO3GnKYzXH6hkhzBBUBET4d9M2axWIzo0g%3D"),
    ("fs", "a/b/c.txt", "se=2030-01-05T00%3A00%3A00Z&sp=rm&sv=2026-10-06&sr=b&sig=4z8b9CMU9kh15Vlss706dtJEvgVIeuIPcUx8kSMizec%3D"),
    ("fs", "", "se=2030-01-05T00%3A00%3A00Z&sp=racwdlmeop&sv=2026-10-06&sr=c&sig=6KoLCixJ6rvDkrsHlL8DmBYsULMm8lyHV2xgYVw7qQE%3D"),
    ("fs", "a", "se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2026-10-06&ss=b&srt=o&sig=HerYl5oCMBAxJusP/cx4/hxH6x9grS1bCMxxwX9dmto%3D"),
    ("fs", "a", "se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2026-10-06&sr=d&sdd=0&sig=EgTI%2B5kUAE4ob%2B5nLnNa1TvgKdrSq5l/ao5hb4vd%2BZY%3D"),
];

/// Signed with a key of the account, and completed by a stored policy.
#[rustfmt::skip]
pub(super) const BY_POLICY: &[Golden] = &[
    ("fs", "x", "sv=2019-07-07&si=policy-1&sr=c&sig=imlu8aDPwrcXPRbOdbc1pn7Ou7v%2BPwnDnfPaH8ZwkPc%3D"),
    ("fs", "x", "sv=2020-06-12&si=policy-1&sr=c&sig=xcmlZiXO9XfsZySssEzGtAaiy1ViLSuytbsugKcxFTc%3D"),
    ("fs", "x", "sv=2021-04-10&si=policy-1&sr=c&sig=AqBQgimv09LEXy4H3o%2BAk9P9qRKYnCVA4C82VFk7fxc%3D"),
    ("fs", "x", "sv=2023-11-03&si=policy-1&sr=c&sig=Uph51p9o3CA020etgrveGdtdZu7VfUrtBsLX2ZSLP/U%3D"),
    ("fs", "x", "sv=2025-07-05&si=policy-1&sr=c&sig=dceMVBfrZY%2B9MQTKo6rOIGEy%2BmHl1EDrO3YitmbqoPs%3D"),
    ("fs", "x", "sv=2026-02-06&si=policy-1&sr=c&sig=A/U7wLZLIHtXnzVdzdWcmlSZwUc3niII1VFD4YT6Swg%3D"),
    ("fs", "x", "sv=2026-04-06&si=policy-1&sr=c&sig=tfPU8h/ZIlUuCxXa54MUNmeqpjhNPMYbi9kNPnpg068%3D"),
    ("fs", "x", "sv=2026-10-06&si=policy-1&sr=c&sig=l8cqA0dGNsSK8tyWgNSb1d8SS1pJO9EUf%2BpyH/6B5CQ%3D"),
    ("fs", "a/b/c.txt", "sp=r&sv=2026-10-06&si=policy-1&sr=b&sig=8P2VEiGyNY5OewBmLdPY2fxmWrL6nH3dtgbQKbwnPK0%3D"),
];

/// Signed with a key that a user asked for.
#[rustfmt::skip]
pub(super) const BY_USER: &[Golden] = &[
    ("fs", "x", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2019-07-07&sr=c&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2019-07-07&sig=SLBOjR/LC/4E6vqQyFvhoo/Qk%2B5ZI5bAqFYVRHNS6gw%3D"),
    ("fs", "x", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2020-06-12&sr=c&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2020-06-12&sig=H2Rxkih9U3KX/X/3AB6uziorBxD3tYd8EyqGnFas044%3D"),
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=rw&sip=10.0.0.5&sv=2020-06-12&sr=b&saoid=00000000-0000-4000-8000-0000000000d4&scid=00000000-0000-4000-8000-0000000000e5&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2020-06-12&sig=YNWsQ7lB8rkkX93UA53%2BSLGDFtaGT2EB9ai6kU0PlXo%3D"),
    ("fs", "x", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2021-04-10&sr=c&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2021-04-10&sig=%2BdFz3w2IxcoCFKYOLjYk1y6mVMBPyEIeNP7TGeTsmng%3D"),
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=rw&sip=10.0.0.5&sv=2021-04-10&sr=b&saoid=00000000-0000-4000-8000-0000000000d4&scid=00000000-0000-4000-8000-0000000000e5&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2021-04-10&sig=xAIGmkoQnB9kKxgMxbwMbVWPWkceKiEhkWz5%2B0sZIKI%3D"),
    ("fs", "x", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2023-11-03&sr=c&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2023-11-03&sig=m4R2WuxZrf8v/7YlLyC0vdYwxOjDCF/VPqVVLu5h%2BTw%3D"),
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=rw&sip=10.0.0.5&sv=2023-11-03&sr=b&saoid=00000000-0000-4000-8000-0000000000d4&scid=00000000-0000-4000-8000-0000000000e5&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2023-11-03&sig=iisR15Y7D5vEcglnaQdsVVd6IiW70%2BI19aD9UOtyc3Q%3D"),
    ("fs", "x", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2025-07-05&sr=c&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2025-07-05&sig=/712zKAFE4vwc3b3an8u4589Rl8W1BBLq1TAIHPO650%3D"),
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=rw&sip=10.0.0.5&sv=2025-07-05&sr=b&saoid=00000000-0000-4000-8000-0000000000d4&scid=00000000-0000-4000-8000-0000000000e5&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2025-07-05&sig=bHQYGv%2BA2meVF48ggj8ByVDmvT8WppkjTWm4D22ZKjg%3D"),
    ("fs", "x", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2026-02-06&sr=c&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-02-06&sig=6ibR%2BURiYzt2Hzdd1Mb5ay0ecdTFF9gfY2CjVzEJTvc%3D"),
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=rw&sip=10.0.0.5&sv=2026-02-06&sr=b&saoid=00000000-0000-4000-8000-0000000000d4&scid=00000000-0000-4000-8000-0000000000e5&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-02-06&sig=l5sOEJMASfTeypFEPz1xOSrarXm0o4NvGb%2B4O5etMvM%3D"),
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2026-02-06&sduoid=00000000-0000-4000-8000-0000000000f6&sr=b&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-02-06&sig=JSt08oOOXlGA6UiBjt2Ka52UBarZholXwov/Z8K8vYE%3D"),
    ("fs", "x", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2026-04-06&sr=c&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-04-06&sig=Jr9LOOttMlXTbTMsiwFKei38BLEoF4r9eaFZA/i2V0s%3D"),
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=rw&sip=10.0.0.5&sv=2026-04-06&sr=b&saoid=00000000-0000-4000-8000-0000000000d4&scid=00000000-0000-4000-8000-0000000000e5&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-04-06&sig=rzc6avMT%2BfLdNDug%2BpIVBTRIkUksxFvlbifquzxgal0%3D"),
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2026-04-06&sduoid=00000000-0000-4000-8000-0000000000f6&sr=b&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-04-06&skdutid=00000000-0000-4000-8000-0000000000c3&sig=fqxGGiDvPga1e5pmLIu4NwwIYpwcjAFiUPrfSCAg8ZA%3D"),
    ("fs", "x", "st=2030-01-01T00%3A00%3A00Z&se=2030-01-05T00%3A00%3A00Z&sp=rl&sv=2026-10-06&sr=c&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-10-06&sig=PICMDnHam/4JnoHT2RLWjaGRZ0CTVzPknDvm5Lq%2BA/0%3D"),
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=rw&sip=10.0.0.5&sv=2026-10-06&sr=b&saoid=00000000-0000-4000-8000-0000000000d4&scid=00000000-0000-4000-8000-0000000000e5&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-10-06&sig=N%2BMWIbwfCxmwA9tXkgkBGj0Buxn0x2M6MZNp1YNSfTo%3D"),
    ("fs", "a/b/c.txt", "se=2030-01-05T00%3A00%3A00Z&sp=racwdlmeop&sv=2026-10-06&sr=d&sdd=2&suoid=00000000-0000-4000-8000-0000000000d4&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-10-06&sig=QAKSxnJlA6b0xUwYPzpMFS3qPQ4acmo1ZDpbN7LMl98%3D"),
    ("fs", "a/b/c.txt", "se=2030-01-05T00%3A00%3A00Z&sp=rm&sv=2026-10-06&sr=b&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-10-06&sig=irBobZ8aWUYM0Q1rV/jMBZ4s2UuF/LauF2RAEGDDmG0%3D"),
    ("fs", "", "se=2030-01-05T00%3A00%3A00Z&sp=racwdlmeop&sv=2026-10-06&sr=c&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-10-06&sig=VHLGeJ2k3BdJkg2unqDjGDbaYmDwee8cshmMYG9idf0%3D"),
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2026-10-06&sduoid=00000000-0000-4000-8000-0000000000f6&sr=b&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-10-06&skdutid=00000000-0000-4000-8000-0000000000c3&sig=BN5xvRza9KaiY9/6fJf/Nb90oHsI3VZGMitD2Ldtbuk%3D"),
];

/// The same; they demand `x-ms-client-request-id: a b`, `x-ms-meta-k: v`, `comp=meta data` and
/// `timeout=30`.
#[rustfmt::skip]
pub(super) const DEMANDING: &[Golden] = &[
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2026-04-06&sr=b&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-04-06&srh=x-ms-client-request-id,x-ms-meta-k&srq=comp,timeout&sig=frIz2pLUZFe%2BjquY2OS9oyyKD7rZIz0IFdVUP6LkCCc%3D"),
    ("fs", "a/b", "se=2030-01-05T00%3A00%3A00Z&sp=r&sv=2026-10-06&sr=b&skoid=00000000-0000-4000-8000-0000000000a1&sktid=00000000-0000-4000-8000-0000000000b2&skt=2030-01-01T00%3A00%3A00Z&ske=2030-01-07T00%3A00%3A00Z&sks=b&skv=2026-10-06&srh=x-ms-client-request-id,x-ms-meta-k&srq=comp,timeout&sig=gX4lvdPyyp1ZlGWvzeMsaP%2Ba6h%2B1c66YVXnQImtya1s%3D"),
];
